import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface Program {
  /** As it is called by its makers, and by Debian. */
  readonly names: readonly string[];
  readonly howToGetIt: string;
}

export const PROMETHEUS: Program = {
  names: ['prometheus', 'prometheus.exe'],
  howToGetIt: 'apt-get install prometheus, or https://prometheus.io/download',
};
export const ALERTMANAGER: Program = {
  names: ['alertmanager', 'prometheus-alertmanager', 'alertmanager.exe'],
  howToGetIt: 'apt-get install prometheus-alertmanager, or https://prometheus.io/download',
};

/** Where the program is, when it is on the PATH. */
export function findProgram({ names }: Program, path = process.env.PATH ?? ''): string | undefined {
  return path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
