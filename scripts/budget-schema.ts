/**
 * Writes `budgets.schema.json`, by which editors check a file of budgets. With `--check` it fails when the file
 * is not what it would write.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { toJsonSchema } from '@valibot/to-json-schema';
import { BudgetFileSchema } from '../src/budgets/schema.ts';

const file = new URL('../budgets.schema.json', import.meta.url);
// Checks of the program have no form in JSON Schema; where it has one of its own, that stands beside them.
const schema = {
  $id: 'https://unpkg.com/tokenmeter/budgets.schema.json',
  title: 'Budgets of tokenmeter',
  ...toJsonSchema(BudgetFileSchema, {
    errorMode: 'ignore',
    // An object is checked to be plain before its members are: the last of its schemas has them.
    typeMode: 'output',
    overrideSchema: ({ valibotSchema, jsonSchema }) =>
      valibotSchema.type === 'loose_object' ? { ...jsonSchema, additionalProperties: false } : jsonSchema,
  }),
};
const text = `${JSON.stringify(schema, null, 2)}\n`;

if (process.argv.includes('--check')) {
  if (readFileSync(file, 'utf8') !== text) {
    console.error('budgets.schema.json is not what scripts/budget-schema.ts makes: npm run budget-schema');
    process.exitCode = 1;
  }
} else {
  writeFileSync(file, text);
}
