import { night } from './night.ts';
import { Mock } from './server.ts';

/** run shows the built pages with the alarms of a night, until it is interrupted. */
export async function run(): Promise<void> {
  const mock = new Mock();
  await mock.start(8080);
  night(mock.world, mock.alerting);
  console.log(`mock gateway on ${mock.url}; sign in as wangfang, team, inspector, daughter or operator`);
  console.log('with the password "correct horse"');
}
