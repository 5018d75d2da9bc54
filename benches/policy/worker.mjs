// Runs the policy in one engine of Node.js: `worker.mjs ENGINE JOB ANSWER`, as worker.py does in Python.

import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const RUNS = 5;
const AS_OF = '2026-06-30T12:00:00Z';
const require = createRequire(import.meta.url);
const versionIn = (folder) => JSON.parse(readFileSync(new URL(`${folder}/package.json`, import.meta.url))).version;
const version = (name) => versionIn(`node_modules/${name}`);
const KAPIX = '../../kapix-node';

function zen(document) {
  const { ZenEngine } = require('@gorules/zen-engine');
  const decision = new ZenEngine().createDecision(Buffer.from(JSON.stringify(document)));
  const decide = async (applicant) => {
    const { result } = await decision.evaluate(applicant);
    return [result.outcome, result.rule, result.limit, result.queue];
  };
  return [version('@gorules/zen-engine'), decide];
}

function jsonRulesEngine(document) {
  const { Engine } = require('json-rules-engine');
  const engine = new Engine(document);
  engine.addFact('pti', async (_, almanac) => {
    const [amount, tenure, income] = await Promise.all(['amount', 'tenure', 'income'].map((name) => almanac.factValue(name)));
    return amount / (tenure / 30) / income;
  });
  engine.on('success', () => engine.stop());
  const decide = async (applicant) => {
    const { events } = await engine.run(applicant);
    if (events.length === 0) return ['none', '', 0, ''];
    const [{ type, params }] = events;
    const limit = params.outcome === 'approve' ? Math.min(applicant.amount, applicant.income * params.multiple) : 0;
    return [params.outcome, type, limit, params.queue];
  };
  return [version('json-rules-engine'), decide];
}

function answered(answer) {
  const rule = answer.matched_rules[0]?.rule ?? '';
  if (answer.outcome === 'approve') return ['approve', rule, answer.terms.limit, ''];
  return [answer.outcome, rule, 0, answer.reasons[0].queue ?? ''];
}

function kapix(document) {
  const { Engine } = require(KAPIX);
  const engine = Engine.load(document, { record: false, envelope: false });
  const request = (inputs) => ({ as_of: AS_OF, entity_id: 'ent_1', inputs, policy: document.id });
  return [versionIn(KAPIX), (applicant) => answered(engine.policy.run(request(applicant)))];
}

function kapixText(document) {
  const { Engine } = require(KAPIX);
  const engine = Engine.load(document, { record: false, envelope: false });
  const texts = new Map();
  const request = (inputs) => JSON.stringify({ as_of: AS_OF, entity_id: 'ent_1', inputs, policy: document.id });
  const decide = (applicant) => {
    let text = texts.get(applicant);
    if (text === undefined) texts.set(applicant, (text = request(applicant)));
    return engine.call('policy.run', text);
  };
  decide.read = (text) => answered(JSON.parse(text));
  return [versionIn(KAPIX), decide];
}

const ENGINES = { zen, 'json-rules-engine': jsonRulesEngine, kapix, 'kapix-text': kapixText };

async function secondsPerCall(decide, applicants, seconds) {
  const run = async (rounds) => {
    const start = process.cpuUsage();
    for (let round = 0; round < rounds; round += 1) {
      for (const applicant of applicants) {
        const answer = decide(applicant);
        if (answer instanceof Promise) await answer;
      }
    }
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1e6;
  };
  let rounds = 1;
  while ((await run(rounds)) < seconds) rounds *= 2;
  let best = Infinity;
  for (let index = 0; index < RUNS; index += 1) best = Math.min(best, await run(rounds));
  return best / (rounds * applicants.length);
}

const [name, jobFile, answerFile] = process.argv.slice(2);
const job = JSON.parse(readFileSync(jobFile, 'utf8'), (_, value) => (value?.$ === 'nan' ? NaN : value));
const [found, decide] = ENGINES[name](job.document);
const read = decide.read ?? ((answer) => answer);
const mutants = [];
for (const mutant of job.mutants) {
  try {
    mutants.push(read(await decide(mutant))[0]);
  } catch (error) {
    mutants.push(`error: ${error?.code ?? error?.name ?? 'unknown'}`);
  }
}
const answers = [];
for (const applicant of job.applicants) answers.push(read(await decide(applicant)));
const seconds = job.seconds ? await secondsPerCall(decide, job.applicants, job.seconds) : null;
writeFileSync(answerFile, JSON.stringify({ answers, mutants, seconds, version: found }));
