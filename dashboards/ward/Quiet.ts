import { Refused } from '../shared/api/client.ts';
import { quietStation } from '../shared/api/station.ts';
import type { Sounder } from './sound.ts';

/**
 * holdSound holds the sound of a board. At a station it is written down first,
 * and a second time for the same alarms somebody has to say who she is. That
 * the gateway is away keeps nobody from a minute's quiet; the board then sounds
 * that it is lost.
 */
export async function holdSound(sounder: Sounder, station: boolean): Promise<void> {
  const { sounding } = sounder.state();
  if (station && sounding !== 'lost' && sounding !== 'dark') {
    try {
      await quietStation();
    } catch (error) {
      if (error instanceof Refused && error.problem.status < 500 && error.problem.code !== 'stale') return;
    }
  }
  sounder.quiet();
}
