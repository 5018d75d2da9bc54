// Memory: none is taken from under a call, and none is kept after it. Each runs in a process of its own.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

/** Runs a module in its own process, and returns what it prints. */
function run(source, ...flags) {
  const head = `import { BATCH, columnsOf, loadLoan } from ${JSON.stringify(new URL('support.mjs', import.meta.url).href)};
    const engine = loadLoan({ record: false, envelope: false });`;
  const given = [...flags, '--input-type=module', '--eval', head + source];
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, given, { encoding: 'utf8' });
  assert.deepEqual([status, signal], [0, null], stderr);
  return stdout.trim();
}

test('columns that are transferred, dropped and collected during a call are those it began with', () => {
  const right = run(`
    const rows = 400_000;
    const points = engine.credit.scoreBatch(columnsOf(1), BATCH).columns.points.get(0);
    let right = 0;
    for (let round = 0; round < 5; round += 1) {
      let columns = columnsOf(rows);
      const running = engine.credit.scoreBatchAsync(columns, BATCH, { threads: 1 });
      for (const column of Object.values(columns)) structuredClone(null, { transfer: [(column.codes ?? column).buffer] });
      columns = undefined;
      for (let turn = 0; turn < 5; turn += 1) {
        gc();
        new Float64Array(rows).fill(-1);
        await new Promise(setImmediate);
      }
      const answer = await running;
      if (answer.columns.points.values.every((it) => it === points)) right += 1;
    }
    console.log(right);
  `, '--expose-gc');
  assert.equal(right, '5');
});

test('calls without a turn of the event loop keep no result', () => {
  // 2.3 KB a call were kept, and 2.3 MB a call of many rows: 460 MB either way.
  const grown = run(`
    const grow = (calls, rows) => {
      const columns = columnsOf(rows);
      const call = () => engine.credit.scoreBatch(columns, BATCH, { threads: 1 });
      for (let warm = 0; warm < calls / 100; warm += 1) call();
      const before = process.memoryUsage().rss;
      for (let index = 0; index < calls; index += 1) call();
      return Math.round((process.memoryUsage().rss - before) / 2 ** 20);
    };
    console.log(grow(200_000, 2), grow(200, 100_000));
  `).split(' ').map(Number);
  for (const mebibytes of grown) assert.ok(mebibytes < 150, `${grown} MiB`);
});

test('a process may end, and a thread that alone loaded the package, while a call runs', () => {
  const columns = `engine.credit.scoreBatchAsync(columnsOf(400_000), BATCH, { threads: 1 })`;
  run(`${columns}; ${columns}; setTimeout(() => process.exit(0), 2);`);
  const index = JSON.stringify(new URL('../index.js', import.meta.url).pathname);
  const worker = `
    const { parentPort } = require('node:worker_threads');
    const engine = require(${index}).Engine.load([], { record: false });
    const rows = 200_000;
    const columns = { x: Float64Array.from({ length: rows }, (_, row) => row % 97), bad: Float64Array.from({ length: rows }, (_, row) => Number(row % 5 === 0)) };
    for (let call = 0; call < 4; call += 1) engine.scorecard.developAsync(columns, { target: 'bad' });
    parentPort.postMessage('runs');
  `;
  const source = `
    import { Worker } from 'node:worker_threads';
    for (let round = 0; round < 3; round += 1) {
      const worker = new Worker(${JSON.stringify(worker)}, { eval: true, execArgv: [] });
      await new Promise((resolve, reject) => worker.on('message', resolve).on('error', reject));
      await worker.terminate();
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
  `;
  const { status, signal, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', source], { encoding: 'utf8' });
  assert.deepEqual([status, signal], [0, null], stderr);
});
