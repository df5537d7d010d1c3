import createClient from 'openapi-fetch';
import type { Board, Cause, Detail, Incident, Me, Mistake } from './types.ts';
import { hands } from './hand.ts';
import type { paths } from './schema.d.ts';

/** api is the typed client of the gateway that served this page. */
export const api = createClient<paths>({
  credentials: 'same-origin',
  // Looked up at each call, since tests and service workers replace it.
  fetch: (request) => {
    hands.sign(request);
    return globalThis.fetch(request);
  },
});

/** Problem is an answer that refuses (RFC 9457) as far as pages use it. */
export interface Problem {
  status: number;
  /** Stable name that the pages translate; empty when the answer has none. */
  code: string;
  /** Who had done already what was asked for, and when. */
  who?: string;
  /** The user id of that person. */
  by?: string;
  at?: string;
  /** The gateway's own sentence. */
  detail: string;
  /** Each mistake of what was sent, such as a line of a document. */
  mistakes?: readonly Mistake[];
}

/** Refused is the error of an answer other than success. */
export class Refused extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.detail);
    this.name = 'Refused';
    this.problem = problem;
  }
}

/** problemOf reads what can be read of a refusing answer. */
export function problemOf(status: number, body: unknown): Problem {
  const fields = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const text = (name: string) => (typeof fields[name] === 'string' ? fields[name] : '');
  return {
    status,
    code: text('code'),
    who: text('who') || undefined,
    by: text('by') || undefined,
    at: text('at') || undefined,
    detail: text('detail') || text('title') || `HTTP ${status}`,
    mistakes: Array.isArray(fields.errors) ? (fields.errors as Mistake[]) : undefined,
  };
}

/** timeLimit is how long an answer may take, in milliseconds. */
export const timeLimit = 10_000;

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/**
 * ask waits for an answer, up to so many milliseconds. It throws Refused when the gateway refuses, and the
 * browser's own error when there was no answer.
 */
export async function ask<T>(
  call: (signal: AbortSignal) => Promise<Answer<T>>,
  limit = timeLimit,
): Promise<T> {
  const { data, error, response } = await call(AbortSignal.timeout(limit));
  if (response.ok) return data as T;
  const problem = problemOf(response.status, error);
  // A station has to say who acts; then it is done in that name.
  if (problem.code !== 'needs_hand' || !(await hands.ask())) throw new Refused(problem);
  try {
    const again = await call(AbortSignal.timeout(limit));
    if (!again.response.ok) throw new Refused(problemOf(again.response.status, again.error));
    return again.data as T;
  } finally {
    // A hand for one act is used up by one that failed, too: the next one is somebody else's.
    hands.acted();
  }
}

/** isSignedOut reports whether an error means that the session has ended. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof Refused && error.problem.status === 401;
}

/** whoAmI returns the signed-in person, or undefined when nobody is. */
export async function whoAmI(): Promise<Me | undefined> {
  try {
    return await ask((signal) => api.GET('/api/me', { signal }));
  } catch (error) {
    if (isSignedOut(error)) return undefined;
    throw error;
  }
}

/** signIn opens a session; the gateway sets the cookie. */
export function signIn(login: string, password: string, code?: string): Promise<Me> {
  return ask((signal) => api.POST('/api/session', { body: { login, password, code }, signal }));
}

/** signOut ends the session at the gateway and returns whether it has ended. It never fails. */
export async function signOut(): Promise<boolean> {
  try {
    const { response } = await api.DELETE('/api/session', { signal: AbortSignal.timeout(timeLimit) });
    return response.ok || response.status === 401;
  } catch {
    return false;
  }
}

/** fetchBoard returns the whole picture. */
export async function fetchBoard(): Promise<Board | 'signed_out'> {
  try {
    return await ask((signal) => api.GET('/api/board', { signal }));
  } catch (error) {
    if (isSignedOut(error)) return 'signed_out';
    throw error;
  }
}

/** fetchDetail returns an incident with the rows of its log and who was told, both in the order of time. */
export function fetchDetail(id: string): Promise<Detail> {
  const params = { path: { id } };
  return ask((signal) => api.GET('/api/incidents/{id}', { params, signal }));
}

/** fetchResolved returns up to 500 incidents raised since a moment that are resolved, the latest first. */
export async function fetchResolved(from: string): Promise<Incident[]> {
  const params = { query: { from, state: ['resolved' as const], limit: 500 } };
  return (await ask((signal) => api.GET('/api/incidents', { params, signal }))).incidents;
}

/** Deed is one act of a person on an incident. */
export type Deed =
  | {
      verb: 'accept' | 'arrive';
      /** How many activations the person had seen, where that may not be all. */
      alarms?: number;
    }
  | {
      verb: 'resolve';
      cause: Cause;
      /** How many activations the person had seen when she opened the form. */
      alarms: number;
      reason?: string;
      note?: string;
    }
  | { verb: 'explain'; cause: Exclude<Cause, 'pending'>; reason?: string; note?: string }
  | { verb: 'note'; note: string };

function seen({ alarms }: { alarms?: number }): { alarms: number } | undefined {
  return alarms === undefined ? undefined : { alarms };
}

/** act sends a deed and returns the incident as the gateway then has it. */
export function act(id: string, deed: Deed): Promise<Incident> {
  const params = { path: { id } };
  return ask((signal) => {
    switch (deed.verb) {
      case 'accept':
        return api.POST('/api/incidents/{id}/accept', { params, body: seen(deed), signal });
      case 'arrive':
        return api.POST('/api/incidents/{id}/arrive', { params, body: seen(deed), signal });
      case 'resolve': {
        const { cause, alarms, reason, note } = deed;
        const body = { cause, alarms, reason, note };
        return api.POST('/api/incidents/{id}/resolve', { params, body, signal });
      }
      case 'explain': {
        const { cause, reason, note } = deed;
        return api.POST('/api/incidents/{id}/explain', { params, body: { cause, reason, note }, signal });
      }
      case 'note':
        return api.POST('/api/incidents/{id}/note', { params, body: { note: deed.note }, signal });
    }
  });
}
