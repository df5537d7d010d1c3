import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { Refused } from '../../shared/api/client.ts';
import { fetchEvacuation, sendTicks, type Evacuation } from '../../shared/api/ward.ts';
import { drawer } from '../../shared/kept.ts';
import { usePicture, useViewer } from '../../shared/ui/hooks.ts';
import { useLoaded } from '../../shared/ui/useLoaded.ts';
import { keepList, keepTicks, readList, readTicks, withTicks, type Pending } from './ticks.ts';

/** Two tablets on one floor see each other's ticks so soon, also when the live channel is down. */
const readEvery = 5_000;
const follow = 400;
const retryEvery = 3_000;

/** Shared is the list of a site as this tablet has it. */
export interface Shared {
  list: Evacuation | undefined;
  /** When it was read, in milliseconds since 1970, where it is an old one. */
  keptAt: number | undefined;
  error: Error | undefined;
  /** How many ticks wait to be sent, and why the gateway refused the last ones. */
  waiting: number;
  refused: Error | undefined;
  tick: (resident: string, out: boolean) => void;
  again: () => void;
}

/** id is unique enough for a tick, also on a page without TLS, where browsers make no UUID. */
function id(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, '0')).join('');
}

/** useEvacuation shares the list of a site between tablets, and keeps it and the ticks while the gateway is away. */
export function useEvacuation(site: string, incident: string | undefined): Shared {
  const { me, session } = useViewer();
  const user = me.user.id;
  const { incidents } = usePicture();
  const [pending, setPending] = useState<readonly Pending[]>(() => readTicks(drawer(), user));
  const [refused, setRefused] = useState<Error>();
  const [answered, setAnswered] = useState<Evacuation>();
  const load = useCallback(async () => {
    const list = await fetchEvacuation(site, incident);
    keepList(drawer(), user, list, Date.now());
    setAnswered(undefined);
    return list;
  }, [site, incident, user]);
  const { data, error, again } = useLoaded(load, readEvery);
  const revision = incident === undefined ? undefined : incidents.get(incident)?.revision;
  useEffect(() => {
    const timer = setTimeout(again, follow);
    return () => clearTimeout(timer);
  }, [revision, again]);

  // One sending at a time; what was ticked meanwhile goes with the next one.
  const latest = useRef(pending);
  const sending = useRef(false);
  const change = useCallback(
    (next: readonly Pending[]) => {
      latest.current = next;
      keepTicks(drawer(), user, next);
      setPending(next);
    },
    [user],
  );
  const send = useCallback(async () => {
    const first = latest.current[0];
    if (sending.current || first === undefined) return;
    sending.current = true;
    const batch = latest.current.filter((tick) => tick.incident === first.incident).slice(0, 200);
    const done = () => change(latest.current.filter((tick) => !batch.includes(tick)));
    try {
      const list = await sendTicks(
        first.incident,
        batch.map(({ id, resident, out, at }) => ({ id, resident, out, at })),
      );
      done();
      setRefused(undefined);
      if (first.incident === incident) setAnswered(list);
    } catch (problem) {
      // What the gateway will never take is not sent for ever.
      if (
        problem instanceof Refused &&
        problem.problem.status < 500 &&
        ![401, 429].includes(problem.problem.status)
      ) {
        done();
        setRefused(problem);
      }
    } finally {
      sending.current = false;
    }
  }, [change, incident]);
  useEffect(() => {
    const timer = setInterval(() => void send(), retryEvery);
    return () => clearInterval(timer);
  }, [send]);

  const tick = (resident: string, out: boolean) => {
    if (incident === undefined) return;
    const at = new Date(session.clock.now()).toISOString();
    change([...latest.current, { id: id(), incident, resident, out, at }]);
    void send();
  };
  const [kept] = useState(() => readList(drawer(), user, site, incident, Date.now()));
  const base = answered ?? data ?? (error === undefined ? undefined : kept?.list);
  const list = useMemo(
    () => (base === undefined ? undefined : withTicks(base, pending, me.user.name)),
    [base, pending, me.user.name],
  );
  const old = error !== undefined && list !== undefined;
  return {
    list,
    keptAt: old ? (data === undefined ? kept?.at : Date.parse(data.time)) : undefined,
    error,
    waiting: pending.length,
    refused,
    tick,
    again,
  };
}
