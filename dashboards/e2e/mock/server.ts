import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Frame, Hello, Me } from '../../shared/api/types.ts';
import { edges, points } from './coverage.ts';
import { Alerting } from './alerting.ts';
import { Community } from './community.ts';
import { accounts } from './data.ts';
import { Family } from './family.ts';
import { health } from './health.ts';
import { inspects } from './inspect.ts';
import { Locks } from './locks.ts';
import { Photos } from './photo.ts';
import { Ward } from './ward.ts';
import { Refusal, render, visible, World } from './world.ts';

const dist = join(import.meta.dirname, '..', '..', 'dist');
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; " +
  "connect-src 'self'; media-src 'self' blob: data:; worker-src 'self'; manifest-src 'self'; " +
  "frame-ancestors 'none'; base-uri 'none'; form-action 'self'";
const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
};

interface Viewer {
  me: Me;
  socket: WebSocket;
}

/**
 * Mock speaks the gateway's API from memory, for developing and testing pages
 * without a gateway. It proves nothing about the gateway itself.
 */
export class Mock {
  readonly world = new World();
  readonly alerting = new Alerting(this.world);
  readonly ward = new Ward(this.world);
  readonly community = new Community(this.world);
  readonly family = new Family(this.world);
  readonly locks = new Locks();
  readonly photos = new Photos(this.world);
  /** sockets false refuses live channels, as a proxy might. */
  sockets = true;
  /** What becomes of the next actions: carried out, the connection cut before or after that, or no answer at all. */
  actions: 'work' | 'cut' | 'lose' | 'hang' = 'work';
  refused: {
    number: number;
    at: string;
    reason: string;
    detail: string;
    site?: string;
    topic?: string;
    payload?: string;
  }[] = [];
  readonly #sessions = new Map<string, Me>();
  #held: (() => void)[] | undefined;
  readonly #viewers = new Set<Viewer>();
  #server: Server | undefined;
  #port = 0;
  #upto: ReturnType<typeof setInterval> | undefined;

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** start listens on the port that it had before, or a free one. */
  async start(port = this.#port): Promise<void> {
    this.world.onFeed = (frame) => {
      for (const viewer of this.#viewers) this.#send(viewer, frame);
    };
    const live = new WebSocketServer({ noServer: true });
    const server = createServer((request, response) => void this.#handle(request, response));
    server.on('upgrade', (request, socket, head) => {
      const me = this.#viewer(request);
      if (request.url !== '/api/live' || me === undefined || !this.sockets) {
        socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n');
        return;
      }
      live.handleUpgrade(request, socket, head, (ws) => this.#welcome(me, ws));
    });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
    this.#upto = setInterval(() => this.upto(), 5_000);
  }

  /** stop cuts every connection, as a gateway that is killed does. */
  async stop(): Promise<void> {
    clearInterval(this.#upto);
    this.drop();
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  /** drop cuts the live channels only. */
  drop(): void {
    for (const { socket } of this.#viewers) socket.terminate();
    this.#viewers.clear();
  }

  /** hold keeps frames of changes back, as a slow network does, until release. */
  hold(): void {
    this.#held = [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const send of held) send();
  }

  /** bye closes the live channels with a reason. */
  bye(reason: 'slow' | 'signed_out' | 'shutdown'): void {
    if (reason === 'signed_out') this.#sessions.clear();
    for (const { socket } of this.#viewers) {
      socket.send(JSON.stringify({ type: 'bye', number: 0, time: this.world.iso(), reason }));
      socket.close();
    }
    this.#viewers.clear();
  }

  upto(): void {
    const frame: Frame = { type: 'upto', number: this.world.number, time: this.world.iso() };
    for (const { socket } of this.#viewers) this.#say(socket, JSON.stringify(frame));
  }

  get viewers(): number {
    return this.#viewers.size;
  }

  #welcome(me: Me, socket: WebSocket): void {
    socket.on('message', (data: Buffer) => {
      const hello = JSON.parse(data.toString()) as Hello;
      const viewer = { me, socket };
      if (hello.after === undefined || hello.after > this.world.number) {
        socket.send(JSON.stringify({ type: 'snapshot', ...this.#board(me) }));
      } else {
        for (const { frame } of this.world.feed.slice(hello.after)) this.#send(viewer, frame);
        this.#say(
          socket,
          JSON.stringify({ type: 'upto', number: this.world.number, time: this.world.iso() }),
        );
      }
      this.#viewers.add(viewer);
    });
    socket.on('close', () => {
      for (const viewer of this.#viewers) if (viewer.socket === socket) this.#viewers.delete(viewer);
    });
  }

  #send({ me, socket }: Viewer, frame: Frame): void {
    if (frame.incident === undefined || !visible(me, frame.incident)) return;
    const text = JSON.stringify({ ...frame, incident: render(me, frame.incident) });
    this.#say(socket, text);
  }

  /** Everything is held back alike: an upto that overtakes a change would hide it. */
  #say(socket: WebSocket, text: string): void {
    if (this.#held === undefined) socket.send(text);
    else this.#held.push(() => socket.send(text));
  }

  #board(me: Me) {
    const incidents = [...this.world.incidents.values()]
      .filter((i) => visible(me, i))
      .map((i) => render(me, i));
    return { number: this.world.number, time: this.world.iso(), incidents };
  }

  #viewer(request: IncomingMessage): Me | undefined {
    const id = /shouwang_session=([^;]+)/.exec(request.headers.cookie ?? '')?.[1];
    return id === undefined ? undefined : this.#sessions.get(id);
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    response.setHeader('Content-Security-Policy', policy);
    response.setHeader('X-Content-Type-Options', 'nosniff');
    if (!url.pathname.startsWith('/api/')) {
      this.#file(url.pathname, response);
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks);
    const picture = request.headers['content-type']?.startsWith('image/') === true;
    const body = (raw.length > 0 && !picture ? JSON.parse(raw.toString()) : {}) as Record<string, string>;
    try {
      const photo = this.photos.answer(this.#viewer(request), `${request.method} ${url.pathname}`, raw);
      if (photo !== undefined) {
        if (photo instanceof Buffer) response.writeHead(200, { 'Content-Type': 'image/jpeg' }).end(photo);
        else json(response, 200, photo);
        return;
      }
      this.#api(request, response, url, body);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { status, code, who, by, at, errors } = error;
      json(response, status, {
        type: `urn:shouwang:problem:${code}`,
        title: code,
        status,
        detail: code,
        code,
        who,
        by,
        at,
        errors,
      });
    }
  }

  #api(request: IncomingMessage, response: ServerResponse, url: URL, body: Record<string, string>): void {
    const route = `${request.method} ${url.pathname}`;
    if (route === 'POST /api/session') {
      const found = accounts.find((a) => a.me.user.login === body.login);
      if (found === undefined) throw new Refusal(401, 'bad_credentials');
      this.locks.check(found.me.user.login, found.password, body.password ?? '', body.code);
      const id = crypto.randomUUID();
      this.#sessions.set(id, found.me);
      response.setHeader('Set-Cookie', `shouwang_session=${id}; HttpOnly; SameSite=Lax; Path=/`);
      json(response, 200, found.me);
      return;
    }
    if (route === 'GET /api/session/ways') {
      json(response, 200, {});
      return;
    }
    const entering = this.family.enters(route, body);
    if (entering !== undefined) {
      const found = accounts.find(({ me: one }) => one.user.role === 'family');
      if (entering === 'entered' && found !== undefined) {
        const id = crypto.randomUUID();
        this.#sessions.set(id, found.me);
        response.setHeader('Set-Cookie', `shouwang_session=${id}; HttpOnly; SameSite=Lax; Path=/`);
      }
      json(response, 200, entering === 'entered' ? found?.me : entering);
      return;
    }
    const me = this.#viewer(request);
    if (me === undefined) throw new Refusal(401, 'signed_out');
    const password = accounts.find((a) => a.me.user.login === me.user.login)?.password ?? '';
    const own = this.locks.answer(me, password, route, body);
    if (own !== undefined) {
      json(response, 200, own);
      return;
    }
    const action = /^POST \/api\/incidents\/([^/]+)\/(accept|arrive|resolve|explain|note)$/.exec(route);
    if (action !== null) {
      if (this.actions === 'cut') {
        request.socket.destroy();
        return;
      }
      if (this.actions === 'hang') return;
      const { id, name } = me.user;
      const done = this.world.act(action[1]!, action[2]!, name, body, id);
      if (this.actions === 'lose') request.socket.destroy();
      else json(response, 200, done);
      return;
    }
    const one = /^GET \/api\/incidents\/([^/]+)$/.exec(route);
    if (one !== null) {
      const incident = render(me, this.world.get(one[1]!));
      const { rows, notices } = this.world;
      json(response, 200, {
        incident,
        entries: rows.get(incident.id) ?? [],
        notices: notices.get(incident.id) ?? [],
      });
      return;
    }
    const called = this.community.answer(me, route, body);
    if (called !== undefined) {
      json(response, 200, called);
      return;
    }
    const answer =
      this.alerting.answer(me, request.method ?? '', url, body) ??
      this.ward.answer(me, request.method ?? '', url, body);
    if (answer instanceof Buffer) {
      response.writeHead(200, { 'Content-Type': 'application/zip' }).end(answer);
      return;
    }
    if (answer !== undefined) {
      json(response, 200, answer);
      return;
    }
    const told = this.family.answer(me, route, body);
    if (told !== undefined) {
      json(response, 200, told);
      return;
    }
    const inspected = inspects(this.world, me, this.#board(me).incidents, url);
    if (inspected !== undefined) {
      json(response, 200, inspected);
      return;
    }
    switch (route) {
      case 'DELETE /api/session':
        for (const [id, held] of this.#sessions) if (held === me) this.#sessions.delete(id);
        response.writeHead(204).end();
        return;
      case 'GET /api/me':
        json(response, 200, me);
        return;
      case 'GET /api/board':
        json(response, 200, this.#board(me));
        return;
      case 'GET /api/incidents':
        json(response, 200, { incidents: this.#history(me, url.searchParams) });
        return;
      case 'GET /api/alarm-health':
        json(response, 200, health(me, url.searchParams, this.world));
        return;
      case 'GET /api/walk-tests':
        json(response, 200, { time: this.world.iso(), tests: [] });
        return;
      case 'GET /api/quarantine':
        json(response, 200, { messages: this.refused });
        return;
      case 'GET /api/points':
        json(response, 200, {
          time: this.world.iso(),
          points: points(url.searchParams.get('site') ?? '', this.world),
        });
        return;
      case 'GET /api/edges':
        json(response, 200, {
          time: this.world.iso(),
          edges: edges(url.searchParams.get('site') ?? '', this.world),
        });
        return;
    }
    throw new Refusal(404, 'not_found');
  }

  #history(me: Me, query: URLSearchParams) {
    const wants = (key: string, value: string) => !query.has(key) || query.getAll(key).includes(value);
    return this.#board(me)
      .incidents.filter((i) => wants('site', i.site.id) && wants('class', i.class) && wants('state', i.state))
      .sort((a, b) => Date.parse(b.raised_at) - Date.parse(a.raised_at));
  }

  #file(path: string, response: ServerResponse): void {
    const name = normalize(path.endsWith('/') ? `${path}index.html` : path);
    const file = join(dist, name);
    if (!file.startsWith(dist) || !existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.setHeader('Content-Type', types[extname(file)] ?? 'application/octet-stream');
    response.end(readFileSync(file));
  }
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, {
    'Content-Type': status < 400 ? 'application/json' : 'application/problem+json',
  });
  response.end(JSON.stringify(body));
}
