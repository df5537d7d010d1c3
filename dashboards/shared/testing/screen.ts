import type { Board, Frame, Hello, Incident } from '../api/types.ts';
import { ServerClock } from '../clock.ts';
import { Live, type Socket } from '../live.ts';

/** FakeSocket is a live channel that the test answers for the gateway. */
export class FakeSocket implements Socket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  onerror: (() => void) | null = null;
  readonly sent: Hello[] = [];
  closed = false;

  send(data: string): void {
    this.sent.push(JSON.parse(data) as Hello);
  }

  close(): void {
    this.closed = true;
  }

  /** open lets the dial succeed; it returns the hello that the screen then says. */
  open(): Hello | undefined {
    this.onopen?.();
    return this.sent.at(-1);
  }

  say(frame: Omit<Frame, 'time'>): void {
    this.onmessage?.({ data: JSON.stringify({ time: new Date().toISOString(), ...frame }) });
  }

  snapshot(number: number, incidents: readonly Incident[], view?: string): void {
    const frame: Omit<Frame, 'time'> = { type: 'snapshot', number, incidents: [...incidents] };
    if (view !== undefined) frame.view = view;
    this.say(frame);
  }

  incident(number: number, incident: Incident): void {
    this.say({ type: 'incident', number, kind: 'incident.raised', incident });
  }

  upto(number: number): void {
    this.say({ type: 'upto', number });
  }

  /** cut ends the connection as the network does: without a word. */
  cut(): void {
    this.onclose?.();
  }
}

/** Screen is a live client whose gateway is the test. */
export class Screen {
  readonly sockets: FakeSocket[] = [];
  signedOut = 0;
  online = true;
  /** What HTTP answers; by default the gateway is away. */
  board: () => Promise<Board | 'signed_out'> = () => Promise.reject(new TypeError('no answer'));
  readonly live: Live;

  constructor(options: { random?: number; flush?: boolean } = {}) {
    this.live = new Live({
      clock: new ServerClock(() => performance.now()),
      dial: () => {
        const socket = new FakeSocket();
        this.sockets.push(socket);
        return socket;
      },
      board: () => this.board(),
      signedOut: () => this.signedOut++,
      random: () => options.random ?? 0.5,
      online: () => this.online,
      ...(options.flush === false ? {} : { flush: (notify: () => void) => notify() }),
    });
    this.live.start();
  }

  /** socket is the latest that was dialled. */
  get socket(): FakeSocket {
    const last = this.sockets.at(-1);
    if (last === undefined) throw new Error('the screen has not dialled');
    return last;
  }

  /** ids lists what the screen shows, in the order in which it came. */
  get ids(): string[] {
    return [...this.live.picture().incidents.keys()];
  }

  show(id: string): Incident | undefined {
    return this.live.picture().incidents.get(id);
  }
}
