import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { edgeOf, rooms, sitePlan } from './home.ts';
import { binary, Program, root, until } from './process.ts';

interface Addresses {
  web: string;
  mqtt: string;
}

/**
 * Chain is the whole of Shouwang as real processes on one machine: a gateway on
 * free ports with a fresh ledger, and an edge with simulated chips for each room
 * in which something happens.
 */
export class Chain {
  readonly folder = mkdtempSync(join(tmpdir(), 'shouwang-e2e-'));
  /** settings of the gateway besides its addresses and folder, as its file has them. */
  settings: object = {};
  readonly #edges: Program[] = [];
  #gateway: Program | undefined;
  #addresses: Addresses | undefined;

  get #data(): string {
    return join(this.folder, 'gateway');
  }

  get addresses(): Addresses {
    if (this.#addresses === undefined) throw new Error('the gateway has not been started');
    return this.#addresses;
  }

  get gateway(): Program {
    if (this.#gateway === undefined) throw new Error('the gateway has not been started');
    return this.#gateway;
  }

  /** command runs a command of the gateway to its end and returns the exit code and all that it said. */
  async command(...args: string[]): Promise<{ code: number | string; text: string }> {
    const program = new Program(`gateway ${args[0]}`, binary('gateway'), args, { SHOUWANG_DATA: this.#data });
    const code = await program.ended();
    return { code, text: program.lines.join('\n') };
  }

  /** open registers the home and starts the gateway. */
  async open(): Promise<void> {
    const plan = join(this.folder, 'site-plan.yaml');
    writeFileSync(plan, JSON.stringify(sitePlan()));
    const { code, text } = await this.command('import', plan);
    if (code !== 0) throw new Error(`gateway import failed (${code}):\n${text}`);
    await this.start();
  }

  /** start runs the gateway, a second time on the ports that it had, and waits until it is ready. */
  async start(): Promise<void> {
    const host = (url: string) => new URL(url).host;
    const file = join(this.#data, 'addresses.json');
    rmSync(file, { force: true }); // of one that was killed
    const config = join(this.folder, 'gateway.yaml');
    writeFileSync(config, JSON.stringify(this.settings));
    const gateway = new Program('gateway', binary('gateway'), ['serve', '--config', config], {
      SHOUWANG_DATA: this.#data,
      SHOUWANG_WEB: this.#addresses === undefined ? '127.0.0.1:0' : host(this.#addresses.web),
      SHOUWANG_MQTT:
        this.#addresses === undefined ? '127.0.0.1:0' : host(this.#addresses.mqtt.replace(/^tcp:/, 'http:')),
    });
    this.#gateway = gateway;
    this.#addresses = await until(
      'the gateway is ready',
      () => {
        if (!gateway.running) throw new Error(`the gateway has ended\n${gateway.tail()}`);
        return existsSync(file) && (JSON.parse(readFileSync(file, 'utf8')) as Addresses);
      },
      () => gateway.tail(),
    );
  }

  /** edge starts the edge of a room, to which then happens what the scenario says. */
  edge(id: string, scenario: string): Program {
    const room = rooms[id];
    if (room === undefined) throw new Error(`there is no room ${id}`);
    const folder = join(this.folder, `edge-${id}`);
    mkdirSync(folder, { recursive: true });
    const write = (name: string, content: object | string) => {
      const path = join(folder, name);
      writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
      return path;
    };
    write('night.txt', `${scenario}\n`);
    const config = write('edge.yaml', edgeOf(id, room, this.addresses, join(folder, 'data')));
    const board = write('board.yaml', {
      buses: room.buses ?? [],
      pins: room.pins ?? [],
      scenario: 'night.txt',
    });
    const args = ['--config', config, '--hardware', `sim:${board}`];
    const edge = new Program(`edge of ${id}`, binary('edge'), args);
    this.#edges.push(edge);
    return edge;
  }

  /** end stops all programs in order; the exit code of the gateway comes back. */
  async end(): Promise<number | string | undefined> {
    for (const edge of this.#edges) edge.kill('SIGTERM');
    await Promise.all(this.#edges.map((edge) => edge.ended()));
    this.#edges.length = 0;
    this.#gateway?.kill('SIGTERM');
    return this.#gateway?.ended();
  }

  /** forget removes what the programs wrote. */
  forget(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** recording is the path of recorded data that is not part of this repository; undefined where it is absent. */
export function recording(path: string): string | undefined {
  const whole = join(process.env.SHOUWANG_SHARED ?? join(root, '..', 'shared'), 'data', path);
  return existsSync(whole) ? whole : undefined;
}
