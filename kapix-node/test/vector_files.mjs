// Reads the committed vectors; the form is that of kapix-core/tests/vectors/README.md.

import { readFileSync, readdirSync } from 'node:fs';

export const FOLDER = new URL('../../kapix-core/tests/vectors/', import.meta.url);
const NOT_OPERATIONS = ['artefacts', 'tools'];
/** What a case takes from its file where it does not say otherwise. */
const SHARED = ['absent', 'artefacts', 'clock', 'operation', 'options', 'tolerance'];

/** Returns the target with a JSON merge patch applied (RFC 7386, section 2). */
function merged(target, change) {
  if (typeof change !== 'object' || change === null || Array.isArray(change)) return change;
  const result = typeof target === 'object' && target !== null && !Array.isArray(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(change)) {
    if (value === null) delete result[name];
    else result[name] = merged(result[name], value);
  }
  return result;
}

/** Puts a value at a JSON pointer (RFC 6901); what holds it must be there. */
function place(target, pointer, value) {
  const path = pointer.split('/').slice(1).map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = path.pop();
  const holder = path.reduce((value, name) => value[name], target);
  holder[last] = value;
}

function resolved(topic, { case: id, change = {}, set = {}, ...rest }) {
  const shared = Object.fromEntries(SHARED.filter((name) => name in topic).map((name) => [name, topic[name]]));
  const vector = { ...shared, ...rest };
  if (!('request' in rest) && !('request_text' in rest)) {
    vector.request = merged(structuredClone(topic.request), change);
    for (const [pointer, value] of Object.entries(set)) place(vector.request, pointer, value);
  }
  return vector;
}

/** Returns the vectors of a file with their names, `OPERATION/FILE.json#CASE`. */
export function readTopic(file) {
  const topic = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8'));
  return topic.cases.map((it) => ({ path: `${file}#${it.case}`, ...resolved(topic, it) }));
}

export function readVectors() {
  const folders = readdirSync(FOLDER, { withFileTypes: true }).filter((it) => it.isDirectory());
  const operations = folders.map((it) => it.name).filter((name) => !NOT_OPERATIONS.includes(name));
  const files = operations.flatMap((operation) =>
    readdirSync(new URL(`${operation}/`, FOLDER)).map((name) => `${operation}/${name}`),
  );
  return files.filter((name) => name.endsWith('.json')).flatMap(readTopic);
}

/** Returns the SHA-256 of every answer by the name of its vector. */
export function readDigest() {
  const lines = readFileSync(new URL('DIGEST', FOLDER), 'utf8').trim().split('\n');
  return new Map(lines.map((line) => line.split(' ')));
}
