// From the OpenAPI document, what a form has to know of each body that can be sent:
// which members there are, which must be, their kinds, ranges, lengths and words.
// Writes kit/api/shapes.ts; a page carries only the shapes that it names.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const [, , from = here('../../build/openapi.json'), to = here('../kit/api/shapes.ts')] = process.argv;
const api = JSON.parse(readFileSync(from, 'utf8'));
const schemas = api.components.schemas;
const named = (schema) => schema?.$ref?.split('/').at(-1);
const kinds = { integer: 'int', number: 'real', boolean: 'bool', string: 'text', object: 'object', array: 'list' };

function kindOf(schema) {
  if (schema.enum) return 'enum';
  if (schema.format === 'date-time') return 'time';
  if (schema.format === 'password') return 'secret';
  if (schema.pattern?.includes('[0-9]{1,19}')) return 'id';
  return kinds[schema.type] ?? 'json';
}

function rule(schema, must) {
  const name = named(schema);
  const facts = name ? [`kind: 'object', of: () => ${name}`] : [`kind: '${kindOf(schema)}'`];
  if (must) facts.push('must: true');
  const min = schema.minimum ?? schema.minLength ?? schema.minItems;
  const max = schema.maximum ?? schema.maxLength ?? schema.maxItems;
  if (min) facts.push(`min: ${min}`);
  if (max !== undefined) facts.push(`max: ${max}`);
  if (schema.enum) facts.push(`words: ${JSON.stringify(schema.enum).replaceAll('"', "'").replaceAll(',', ', ')}`);
  if (schema.items) facts.push(named(schema.items) ? `of: () => ${named(schema.items)}` : `each: ${rule(schema.items, false)}`);
  return `{ ${facts.join(', ')} }`;
}

/* Bodies, and what stands in them. */
const wanted = new Set();
function want(schema) {
  const name = named(schema);
  if (name && !wanted.has(name)) {
    wanted.add(name);
    for (const member of Object.values(schemas[name].properties ?? {})) want(member);
  }
  if (schema?.items) want(schema.items);
}
for (const path of Object.values(api.paths))
  for (const method of Object.values(path)) want(method.requestBody?.content?.['application/json']?.schema);

const text = [...wanted].sort().map((name) => {
  const { properties = {}, required = [] } = schemas[name];
  const members = Object.entries(properties).map(([member, schema]) => `  ${member}: ${rule(schema, required.includes(member))},\n`);
  return `export const ${name}: Shape = {\n${members.join('')}};\n`;
});
writeFileSync(to, `// Made by "npm run types" from the server's route tables; not to be edited.\nimport type { Shape } from '../form/rules';\n\n${text.join('\n')}`);
