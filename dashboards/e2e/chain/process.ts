import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** root is the repository; the binaries of `make build` lie below bin. */
export const root = join(import.meta.dirname, '..', '..', '..');

/** binary is the path of one of the programs. */
export function binary(name: 'gateway' | 'edge' | 'firmware-sim'): string {
  return join(root, 'bin', name);
}

/** built reports whether `make build` has been run. */
export function built(): boolean {
  return existsSync(binary('gateway')) && existsSync(binary('edge'));
}

/** How long anything may take on a machine that is busy with other things. */
const patience = 150_000;

/** until waits for a condition and fails with its name, and with what is known, when it does not come. */
export async function until<T>(
  what: string,
  check: () => T | undefined | false | Promise<T | undefined | false>,
  known: () => string = () => '',
): Promise<T> {
  const end = Date.now() + patience;
  for (;;) {
    const found = await check();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end) throw new Error(`${what}: not within ${patience / 1000} s\n${known()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Program is a running program of the chain with what it has said so far. */
export class Program {
  readonly name: string;
  readonly lines: string[] = [];
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | string>;
  readonly #listeners = new Set<() => void>();

  constructor(name: string, path: string, args: string[], environment: Record<string, string> = {}) {
    this.name = name;
    this.#child = spawn(path, args, {
      cwd: root,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        this.lines.push(line);
        for (const listener of this.#listeners) listener();
      });
    }
    this.#ended = new Promise((resolve) => {
      this.#child.on('error', (error) => resolve(error.message));
      this.#child.on('close', (code, signal) => resolve(signal ?? code ?? ''));
    });
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** ended waits for the end: the exit code, or the signal that ended it. */
  ended(): Promise<number | string> {
    return this.#ended;
  }

  /** kill sends a signal at once, without waiting for what comes of it. */
  kill(signal: 'SIGKILL' | 'SIGTERM'): void {
    this.#child.kill(signal);
  }

  /** says waits for a line and calls then in the very turn in which it came. */
  says(pattern: RegExp, then: () => void = () => {}): Promise<string> {
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void) => {
        this.#listeners.delete(look);
        clearTimeout(limit);
        finish();
      };
      const look = () => {
        const line = this.lines.find((one) => pattern.test(one));
        if (line === undefined) return;
        settle(() => {
          then();
          resolve(line);
        });
      };
      const fail = (why: string) =>
        settle(() => reject(new Error(`${this.name} ${why} before it said ${pattern}\n${this.tail()}`)));
      const limit = setTimeout(() => fail(`ran for ${patience / 1000} s`), patience);
      void this.#ended.then((how) => fail(`ended (${how})`));
      this.#listeners.add(look);
      look();
    });
  }

  /** tail is the last of what it has said, for a failure's message. */
  tail(): string {
    return [`— the last lines of ${this.name}:`, ...this.lines.slice(-25)].join('\n');
  }
}
