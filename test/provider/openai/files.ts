import type OpenAI from 'openai';
import { RequestError } from '../errors.ts';
import { numberAt, objectAt, stringAt } from '../json.ts';
import type { ObjectEndpoint } from '../types.ts';

type FileObject = OpenAI.Files.FileObject;

/** What is known about files; their content is not kept. */
export function createFiles(): Record<'create' | 'retrieve', ObjectEndpoint> {
  const files = new Map<string, FileObject>();
  return {
    create: {
      kind: 'object',
      answer({ body, created, id }) {
        const upload = objectAt(body, 'file');
        if (upload === undefined) throw new RequestError(400, "'file' is a required property");
        const file: FileObject = {
          id: id('file-', 22),
          object: 'file',
          bytes: numberAt(upload, 'size') ?? 0,
          created_at: created,
          filename: stringAt(upload, 'name') ?? '',
          purpose: (stringAt(body, 'purpose') ?? 'user_data') as FileObject['purpose'],
          status: 'processed',
        };
        files.set(file.id, file);
        return { body: () => file };
      },
    },
    retrieve: {
      kind: 'object',
      answer({ ids: [id = ''] }) {
        const file = files.get(id);
        if (file === undefined) throw new RequestError(404, `No such File object: ${id}`);
        return { body: () => file };
      },
    },
  };
}
