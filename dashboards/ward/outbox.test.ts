import { describe, expect, test } from 'vitest';
import { Deeds } from './deeds.ts';
import { lasts, Outbox } from './outbox.ts';
import { Chest, Gateway, queueing, randomly, type Fate } from './testing/gateway.ts';

const wang = 'u-wang';
const minute = 60_000;

/** Tablet is the browser of Wang Fang with as many tabs as a test opens. */
class Tablet {
  readonly gateway = new Gateway();
  readonly chest = new Chest();
  /** Whether the pages hear the gateway, and what becomes of the next requests. */
  live = true;
  fate: () => Fate = () => 'answered';
  user = wang;
  signedOut = 0;
  readonly #alone = queueing();

  /** tab opens a page; one that is `closed` hears no answer any more, and holds nobody up. */
  tab(closed = new AbortController().signal): Deeds {
    const { gateway } = this;
    const gone = new Promise<never>((_, reject) =>
      closed.addEventListener('abort', () => reject(new Error('closed'))),
    );
    gone.catch(() => {});
    const request = async <T>(answer: () => T): Promise<T> => {
      const given = await gateway
        .request(() => this.fate(), answer)
        .catch((error: unknown) => {
          if (!closed.aborted) throw error;
        });
      return closed.aborted ? new Promise<T>(() => {}) : (given as T);
    };
    return new Deeds({
      user: wang,
      outbox: new Outbox({
        user: wang,
        drawer: this.chest,
        alone: (name, work) => this.#alone(name, () => Promise.race([work(), gone])),
        now: () => gateway.now,
      }),
      done: () => {},
      signedOut: () => this.signedOut++,
      live: () => this.live,
      clock: { now: () => gateway.now },
      mine: () => request(() => this.user === wang),
      account: () => request(() => gateway.account()),
      send: (_, deed) =>
        request(() => gateway.accept(this.user, deed.verb === 'accept' ? deed.alarms : undefined)),
    });
  }

  /** settle lets everything that travels arrive. */
  async settle(): Promise<void> {
    for (let idle = 0; idle < 20; idle++) {
      await Promise.resolve();
      if (this.gateway.travelling === 0) continue;
      this.gateway.arrive();
      idle = 0;
    }
  }

  /** press accepts what the gateway has now, and waits for what comes of it. */
  async press(tab: Deeds, seen = this.gateway.incident): Promise<boolean> {
    const pressed = tab.promise(seen, 'accept');
    await this.settle();
    return pressed;
  }

  async flush(tab: Deeds): Promise<void> {
    void tab.flush();
    await this.settle();
  }

  away(): void {
    this.live = false;
    this.fate = () => 'request lost';
  }

  back(): void {
    this.live = true;
    this.fate = () => 'answered';
  }
}

test('pressed while the gateway is away: shown as known to nobody, sent once when it is back', async () => {
  const tablet = new Tablet();
  const tab = tablet.tab();
  tablet.away();
  expect(await tablet.press(tab)).toBe(false);
  expect(tab.state('a')).toMatchObject({ phase: 'queued', old: false, act: { verb: 'accept', alarms: 1 } });
  tablet.back();
  await tablet.flush(tab);
  await tablet.flush(tab);
  expect(tab.state('a')).toBeUndefined();
  expect(tablet.gateway.by(wang)).toHaveLength(1);
});

test('closed and opened again meanwhile: it still waits, and is sent by the new page', async () => {
  const tablet = new Tablet();
  tablet.away();
  await tablet.press(tablet.tab());
  const later = tablet.tab();
  expect(later.state('a')).toMatchObject({ phase: 'queued' });
  expect(later.queued()).toHaveLength(1);
  tablet.back();
  await tablet.flush(later);
  expect(tablet.gateway.by(wang)).toHaveLength(1);
});

test('two tabs send it once, and neither goes on saying that nobody knows', async () => {
  const tablet = new Tablet();
  const [one, two] = [tablet.tab(), tablet.tab()];
  tablet.away();
  await tablet.press(one);
  two.look();
  expect(two.state('a')).toMatchObject({ phase: 'queued' });
  tablet.back();
  void one.flush();
  void two.flush();
  await tablet.settle();
  expect([one.state('a'), two.state('a')]).toEqual([undefined, undefined]);
  expect(tablet.gateway.by(wang)).toHaveLength(1);
});

test('the answer was lost: the second try is neither an error nor a second act', async () => {
  const tablet = new Tablet();
  const tab = tablet.tab();
  tablet.fate = () => 'answer lost';
  expect(await tablet.press(tab)).toBe(false);
  expect(tab.state('a')).toMatchObject({ phase: 'queued' });
  tablet.back();
  await tablet.flush(tab);
  expect(tab.state('a')).toBeUndefined();
  expect(tablet.gateway.by(wang)).toHaveLength(1);
});

test('the answer was lost and nobody arrived in time: she is asked, and not sent again', async () => {
  const tablet = new Tablet();
  const tab = tablet.tab();
  tablet.fate = () => 'answer lost';
  await tablet.press(tab);
  tablet.gateway.now += 2 * minute;
  tablet.gateway.giveBack();
  tablet.back();
  await tablet.flush(tab);
  expect(tab.state('a')).toMatchObject({ phase: 'refused', problem: { code: 'lapsed' } });
  expect(tablet.gateway.by(wang)).toHaveLength(1);
  expect(await tablet.press(tab)).toBe(true);
  expect(tablet.gateway.by(wang)).toHaveLength(2);
});

test('it alarmed again meanwhile: she has not accepted what she never saw', async () => {
  const tablet = new Tablet();
  const tab = tablet.tab();
  tablet.away();
  await tablet.press(tab);
  tablet.gateway.realarm();
  tablet.back();
  await tablet.flush(tab);
  expect(tab.state('a')).toMatchObject({ phase: 'refused', problem: { code: 'realarmed' } });
  expect(tablet.gateway.incident.state).toBe('raised');
  expect(tab.queued()).toEqual([]);
});

test('whoever sees the present is not refused because somebody keeps pressing the button', async () => {
  const tablet = new Tablet();
  const seen = tablet.gateway.incident;
  tablet.gateway.realarm(); // its frame is still on its way
  expect(await tablet.press(tablet.tab(), seen)).toBe(true);
});

test('somebody else was first: she learns who', async () => {
  const tablet = new Tablet();
  const tab = tablet.tab();
  tablet.away();
  await tablet.press(tab);
  tablet.gateway.accept('u-liu');
  tablet.back();
  await tablet.flush(tab);
  expect(tab.state('a')).toMatchObject({
    phase: 'refused',
    problem: { code: 'already_accepted', by: 'u-liu' },
  });
});

test('a press that is too old is not sent without her', async () => {
  const tablet = new Tablet();
  const tab = tablet.tab();
  tablet.away();
  await tablet.press(tab);
  tablet.gateway.now += lasts('accept', 'nursing_home') + 1;
  tablet.back();
  await tablet.flush(tab);
  expect(tab.state('a')).toMatchObject({ phase: 'queued', old: true });
  expect(tablet.gateway.by(wang)).toEqual([]);
  expect(await tablet.press(tab)).toBe(true); // it still holds
  expect(tablet.gateway.by(wang)).toHaveLength(1);
});

test('an old one is not asked about when somebody has accepted, or resolved, meanwhile', async () => {
  for (const end of ['accept', 'resolve'] as const) {
    const tablet = new Tablet();
    const tab = tablet.tab();
    tablet.away();
    await tablet.press(tab);
    tablet.gateway.now += 10 * minute;
    if (end === 'accept') tablet.gateway.accept('u-liu');
    else tablet.gateway.resolve();
    tablet.back();
    tab.look(new Map([['a', tablet.gateway.incident]]));
    expect(tab.queued()).toEqual([]);
    if (end === 'accept') expect(tab.state('a')).toMatchObject({ problem: { code: 'already_accepted' } });
    else expect(tab.state('a')).toBeUndefined();
  }
});

test('the picture shows her own act before its answer comes: it no longer says that nobody knows', async () => {
  const tablet = new Tablet();
  const tab = tablet.tab();
  tablet.fate = () => 'answer lost';
  await tablet.press(tab);
  expect(tab.queued()).toHaveLength(1);
  tab.look(new Map([['a', tablet.gateway.incident]]));
  expect([tab.state('a'), tab.queued()]).toEqual([undefined, []]);
});

test('a clock that was set back proves nothing about its age: she is asked', async () => {
  const tablet = new Tablet();
  const tab = tablet.tab();
  tablet.away();
  await tablet.press(tab);
  tablet.gateway.now -= 60 * minute;
  tab.look();
  expect(tab.state('a')).toMatchObject({ phase: 'queued', old: true });
});

test('taken back before anybody knew: never sent', async () => {
  const tablet = new Tablet();
  const tab = tablet.tab();
  tablet.away();
  await tablet.press(tab);
  tab.withdraw('a');
  expect(tab.state('a')).toBeUndefined();
  tablet.back();
  await tablet.flush(tab);
  expect(tablet.gateway.entries).toEqual([]);
});

test('it is never sent in the name of whoever signed in since', async () => {
  const tablet = new Tablet();
  const tab = tablet.tab();
  tablet.away();
  await tablet.press(tab);
  tablet.back();
  tablet.user = 'u-liu';
  await tablet.flush(tab);
  expect(tablet.gateway.entries).toEqual([]);
  expect(tab.state('a')).toMatchObject({ phase: 'queued' });
});

test('a gateway that cannot write now is asked again', async () => {
  const tablet = new Tablet();
  const tab = tablet.tab();
  tablet.fate = () => 'unavailable';
  await tablet.press(tab);
  expect(tab.state('a')).toMatchObject({ phase: 'queued', act: { tried: false } });
  tablet.back();
  await tablet.flush(tab);
  expect(tablet.gateway.by(wang)).toHaveLength(1);
});

test('a browser that keeps nothing holds it as long as the page is open', async () => {
  const tablet = new Tablet();
  tablet.chest.full = true;
  const tab = tablet.tab();
  tablet.away();
  await tablet.press(tab);
  expect(tab.state('a')).toMatchObject({ phase: 'queued' });
  tablet.back();
  await tablet.flush(tab);
  expect(tablet.gateway.by(wang)).toHaveLength(1);
});

test('that she is there counts for longer than that she goes, and a home is far away', () => {
  expect(lasts('accept', 'nursing_home')).toBeLessThan(lasts('arrive', 'nursing_home'));
  expect(lasts('accept', 'nursing_home')).toBeLessThan(lasts('accept', 'private_home'));
});

describe('whatever happens, in whatever order', () => {
  const seeds = Array.from({ length: 150 }, (_, seed) => seed + 1);

  test(
    'an act is known at most once for each press, never unseen, never late, and never shown as done before',
    { timeout: 60_000 },
    async () => {
      let [written, asked, refused] = [0, 0, 0];
      for (const seed of seeds) {
        const story = await night(seed);
        written += story.written;
        asked += story.asked;
        refused += story.refused;
      }
      // The nights really had what they are about.
      expect(Math.min(written, asked, refused)).toBeGreaterThan(20);
    },
  );
});

/** night lets 100 random things happen and checks after each what must hold. */
async function night(seed: number): Promise<{ written: number; asked: number; refused: number }> {
  const random = randomly(seed);
  const tablet = new Tablet();
  const { gateway } = tablet;
  const closing = [new AbortController(), new AbortController()];
  const tabs = closing.map(({ signal }) => tablet.tab(signal));
  let [due, asked, refused] = [0, 0, 0];
  let last = { at: 0, seen: 0, live: false };
  /** A press of which nobody has said anything yet, neither the gateway nor she herself. */
  let open = false;
  const trail: string[] = [];
  const say = (what: string) => `seed ${seed}: ${trail.join(', ')}: ${what}`;

  gateway.on = (by, alarms) => {
    if (by !== wang) return;
    open = false;
    expect(--due, say('written twice')).toBe(0);
    expect(gateway.now - last.at, say('written late')).toBeLessThanOrEqual(
      lasts('accept', gateway.incident.site.kind),
    );
    // Without the number she must have seen the present when she pressed.
    if (alarms === undefined) expect(last.live, say('unguarded')).toBe(true);
    else expect(last.seen, say('unseen')).toBe(gateway.incident.alarms);
  };
  const fates: Fate[] = ['answered', 'answered', 'answered', 'request lost', 'answer lost', 'unavailable'];

  const steps: [string, () => void][] = [
    [
      'press',
      () => {
        const seen = gateway.incident;
        if (seen.state !== 'raised') return;
        const tab = tabs[random(2)]!;
        tab.look(); // as it does at each event of the other tab
        const old = gateway.by(wang).length;
        const busy = tabs.some((one) => one.state('a')?.phase === 'sending');
        if (busy) return;
        due = 1;
        open = true;
        last = { at: gateway.now, seen: seen.alarms, live: tablet.live };
        void tab.promise(seen, 'accept').then((known) => {
          if (known) expect(gateway.by(wang).length, say('said to be known')).toBeGreaterThanOrEqual(old);
          if (known) expect(gateway.by(wang), say('said to be known')).not.toEqual([]);
        });
      },
    ],
    [
      'withdraw',
      () => {
        tabs[random(2)]!.withdraw('a');
        open = false;
      },
    ],
    ['away', () => (tablet.live = false)],
    ['back', () => (tablet.live = true)],
    ['time', () => (gateway.now += random(4) * minute)],
    ['realarm', () => gateway.realarm()],
    ['give back', () => gateway.giveBack()],
    [
      'another',
      () => void (random(3) === 0 && gateway.incident.state === 'raised' && gateway.accept('u-liu')),
    ],
    ['flush', () => void tabs[random(2)]!.flush()],
    ['arrive', () => gateway.arrive(random(5))],
    ['arrive', () => gateway.arrive(random(5))],
    [
      'reopen',
      () => {
        const which = random(2);
        closing[which]!.abort();
        closing[which] = new AbortController();
        tabs[which] = tablet.tab(closing[which].signal);
      },
    ],
  ];
  tablet.fate = () => (tablet.live ? fates[random(fates.length)]! : 'request lost');

  const often = steps.filter(([name]) => ['press', 'flush', 'arrive', 'time', 'give back'].includes(name));
  // Nobody presses, is heard, and hears it alarm again in the same instant.
  const later = 3_000;
  for (let n = 0; n < 100; n++) {
    gateway.now += later;
    const [name, step] = random(3) === 0 ? steps[random(steps.length)]! : often[random(often.length)]!;
    trail.push(name);
    step();
    for (let turns = random(12); turns > 0; turns--) await Promise.resolve();
    for (const tab of tabs) {
      tab.look();
      const state = tab.state('a');
      if (state?.phase === 'queued' && state.old) asked++;
      if (state?.phase !== 'refused') continue;
      refused++;
      open = false;
    }
    const waits = tabs.every((tab) => ['queued', 'sending'].includes(tab.state('a')?.phase ?? ''));
    if (open) expect(waits, say('forgotten')).toBe(true);
  }

  // In the end the gateway is there, and everything that waits is told or asked about.
  tablet.back();
  await tablet.settle();
  for (const tab of tabs) await tablet.flush(tab);
  for (const tab of tabs) {
    tab.look();
    const state = tab.state('a');
    if (state?.phase === 'queued') expect(state.old, say('left over')).toBe(true);
    expect(state?.phase, say('left over')).not.toBe('sending');
  }
  return { written: gateway.by(wang).length, asked, refused };
}
