import { describe, expect, test } from 'vitest';
import { Refused } from '../../shared/api/client.ts';
import type { Evacuation, Tick } from '../../shared/api/ward.ts';
import { TickSender, type SenderOptions } from './sender.ts';
import { newest, readTicks, type Pending } from './ticks.ts';

const start = Date.parse('2026-11-25T02:00:00Z');

function tick(resident: string, incident = 'fire'): Pending {
  return { id: `tick-${resident}`, incident, resident, out: true, at: new Date(start).toISOString() };
}

function listOf(incident = 'fire', at = start): Evacuation {
  return {
    time: new Date(at).toISOString(),
    site: { id: 'songhe' } as Evacuation['site'],
    incident,
    open: true,
    floors: [],
  };
}

function refusal(status: number): Refused {
  return new Refused({ status, code: '', detail: `HTTP ${status}` });
}

/** house is a browser with a gateway; `answer` decides what the gateway says to a batch. */
function house(answer: (ticks: Tick[]) => void = () => {}) {
  const kept = new Map<string, string>();
  const sent: string[][] = [];
  const gateway = { answer, user: 'u-1' };
  const options: SenderOptions = {
    user: 'u-1',
    drawer: {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => void kept.set(key, value),
      removeItem: (key) => void kept.delete(key),
    },
    keeps: true,
    mine: () => Promise.resolve(gateway.user === 'u-1'),
    send: async (incident, ticks) => {
      sent.push(ticks.map(({ resident }) => resident));
      await Promise.resolve();
      gateway.answer(ticks);
      return listOf(incident);
    },
  };
  return { sent, gateway, options, waits: () => readTicks(options.drawer, 'u-1').map((t) => t.resident) };
}

const away = () => {
  throw new TypeError('no network');
};

describe('ticks of an evacuation', () => {
  test('wait while the gateway is away, and go together when it is back', async () => {
    const { sent, gateway, options, waits } = house(away);
    const sender = new TickSender(options);
    await sender.tick(tick('r-1'));
    await sender.tick(tick('r-2'));
    expect(waits()).toEqual(['r-1', 'r-2']);
    gateway.answer = () => {};
    await sender.flush();
    expect(sent.at(-1)).toEqual(['r-1', 'r-2']);
    expect(sender.state()).toMatchObject({ waiting: [], dropped: [] });
    expect(waits()).toEqual([]);
  });

  test('are sent by a board whose list was never opened', async () => {
    const { gateway, options, sent } = house(away);
    await new TickSender(options).tick(tick('r-1'));
    gateway.answer = () => {};
    await new TickSender(options).flush();
    expect(sent.at(-1)).toEqual(['r-1']);
  });

  test('of a resident whom the gateway does not know do not keep the others from it', async () => {
    const { gateway, options, waits } = house(away);
    const sender = new TickSender(options);
    for (const resident of ['r-1', 'unknown', 'r-2']) await sender.tick(tick(resident));
    const known: string[] = [];
    gateway.answer = (ticks) => {
      if (ticks.some(({ resident }) => resident === 'unknown')) throw refusal(404);
      known.push(...ticks.map(({ resident }) => resident));
    };
    await sender.flush();
    expect(known).toEqual(['r-1', 'r-2']);
    expect(sender.state().dropped.map((one) => one.tick.resident)).toEqual(['unknown']);
    expect(waits()).toEqual([]);
  });

  test.each([401, 429, 503])('wait when the gateway says %i', async (status) => {
    const { options, waits } = house(() => {
      throw refusal(status);
    });
    const sender = new TickSender(options);
    await sender.tick(tick('r-1'));
    expect(waits()).toEqual(['r-1']);
    expect(sender.state().dropped).toEqual([]);
  });

  test('of one tab are not lost by another one that adds to them', async () => {
    const { options, waits } = house(away);
    const [one, other] = [new TickSender(options), new TickSender(options)];
    await one.tick(tick('r-1'));
    await other.tick(tick('r-2'));
    expect(waits()).toEqual(['r-1', 'r-2']);
  });

  test('are not sent in the name of somebody who has signed in since', async () => {
    const { sent, gateway, options } = house(away);
    const sender = new TickSender(options);
    await sender.tick(tick('r-1'));
    gateway.answer = () => {};
    gateway.user = 'u-2';
    await sender.flush();
    expect(sent).toEqual([['r-1']]);
  });

  test('are sent also where the browser keeps nothing, and once', async () => {
    const { sent, gateway, options } = house(away);
    const full = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
    const sender = new TickSender({
      ...options,
      drawer: { getItem: () => null, setItem: full, removeItem: full },
    });
    await sender.tick(tick('r-1'));
    gateway.answer = () => {};
    await sender.flush();
    await sender.flush();
    expect(sent).toEqual([['r-1'], ['r-1']]);
    expect(sender.state().waiting).toEqual([]);
  });
});

describe('at a station', () => {
  test('a tick is sent now or not at all, and that is said', async () => {
    const { sent, gateway, options, waits } = house(away);
    const sender = new TickSender({ ...options, keeps: false });
    await sender.tick(tick('r-1'));
    expect(waits()).toEqual([]);
    expect(sender.state()).toMatchObject({
      waiting: [],
      trying: [],
      dropped: [{ tick: { resident: 'r-1' } }],
    });
    gateway.answer = () => {};
    await sender.flush();
    expect(sent).toEqual([['r-1']]);
  });

  test('a tick on its way is not shown as done', async () => {
    const { options } = house();
    const sender = new TickSender({ ...options, keeps: false });
    const going = sender.tick(tick('r-1'));
    expect(sender.state()).toMatchObject({ waiting: [], trying: [{ resident: 'r-1' }] });
    await going;
    expect(sender.state()).toMatchObject({ trying: [], dropped: [] });
    expect(sender.state().answers.get('fire')).toEqual(listOf());
  });

  test('what an earlier page has kept is not signed by the next one', async () => {
    const { gateway, options, waits, sent } = house(away);
    await new TickSender(options).tick(tick('r-1'));
    gateway.answer = () => {};
    const sender = new TickSender({ ...options, keeps: false });
    await sender.flush();
    expect(waits()).toEqual([]);
    expect(sent).toEqual([['r-1']]);
  });
});

describe('the list that is shown', () => {
  const kept = { at: start - 60_000, list: listOf('fire', start - 60_000) };
  test('is the kept one, with its age, until there is another', () => {
    expect(newest(undefined, undefined, kept, false)).toEqual({ list: kept.list, keptAt: kept.at });
    const read = { list: listOf(), after: undefined };
    expect(newest(read, undefined, kept, false)).toEqual({ list: read.list, keptAt: undefined });
  });

  test('is the answer to a tick, also when an earlier reading comes later', () => {
    const answer = listOf('fire', start + 1_000);
    const slow = { list: listOf(), after: undefined };
    expect(newest(slow, answer, kept, false)?.list).toBe(answer);
    const next = { list: listOf('fire', start + 2_000), after: answer };
    expect(newest(next, answer, kept, false)?.list).toBe(next.list);
  });

  test('says its age when the latest reading failed', () => {
    const read = { list: listOf(), after: undefined };
    expect(newest(read, undefined, kept, true)?.keptAt).toBe(start);
  });
});
