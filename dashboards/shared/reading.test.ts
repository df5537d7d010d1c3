import { expect, test } from 'vitest';
import { readingOf } from './reading.ts';

/** slow is a gateway whose answers come when the test says. */
function slow() {
  const answers: { give: (data: string) => void; fail: (error: Error) => void }[] = [];
  const shown: unknown[] = [];
  const reading = readingOf(
    () => new Promise<string>((give, fail) => answers.push({ give, fail })),
    (answer) => shown.push('data' in answer ? answer.data : answer.error.message),
  );
  return { ...reading, answers, shown, settle: () => new Promise((done) => setTimeout(done)) };
}

test('an answer is shown while the next one is under way', async () => {
  const { read, answers, shown, settle } = slow();
  read();
  read();
  answers[0]?.give('first');
  await settle();
  read();
  answers[1]?.give('second');
  await settle();
  expect(shown).toEqual(['first', 'second']);
});

test('an older answer, or failure, does not replace a newer one', async () => {
  const { read, answers, shown, settle } = slow();
  read();
  read();
  read();
  answers[2]?.give('third');
  await settle();
  answers[0]?.give('first');
  answers[1]?.fail(new Error('second'));
  await settle();
  expect(shown).toEqual(['third']);
});

test('nothing is shown to whoever looks no more', async () => {
  const { read, end, answers, shown, settle } = slow();
  read();
  end();
  answers[0]?.give('first');
  await settle();
  expect(shown).toEqual([]);
});
