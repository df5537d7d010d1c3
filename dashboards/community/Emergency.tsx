import type { Calls } from '../shared/api/community.ts';
import type { Incident } from '../shared/api/types.ts';
import { telephone } from '../shared/format.ts';
import { useViewer } from '../shared/ui/hooks.ts';
import { Modal } from '../shared/ui/Modal.tsx';
import { useWords } from '../shared/ui/useWords.ts';
import { saidOf } from './say.ts';
import { useQueue } from './useCalls.ts';

/** Where the gateway has not told yet which number goes first, people come before houses. */
const usual = ['120', '119'] as const;

/** Emergency says what to tell an ambulance or the fire service, in the order in which they ask. It dials nothing: a person taps. */
export function Emergency({
  incident,
  calls,
  onDial,
  onClose,
}: {
  incident: Incident;
  calls: Calls | undefined;
  onDial: () => void;
  onClose: () => void;
}) {
  const { t, language, time } = useWords();
  const { me, session } = useViewer();
  const queue = useQueue();
  const said = saidOf(incident, calls, language, {
    oxygen: t('community.oxygen'),
    mobility: (of) => t(`community.mobility.${of}`),
  });
  const numbers = calls?.emergency ?? usual;
  const name = (number: string) => t(number === '119' ? 'community.fire' : 'community.ambulance');
  const burns = incident.class === 'fire' || incident.class === 'gas';
  const callBack =
    said.callBack === '' ? t('community.sayThisPhone') : t('community.sayNumber', { number: said.callBack });
  const lines: [key: string, label: string, text: string][] = [
    ['where', t('community.sayWhere'), said.where],
    ['what', t('community.sayWhat'), t(`community.what.${incident.class}`)],
    [
      'who',
      t('community.sayWho'),
      said.who.length === 0
        ? t('community.whoUnknown')
        : t('community.who', { names: said.who.join(language === 'zh' ? '、' : ', ') }),
    ],
    ['awake', t('community.sayAwake'), t(burns ? 'community.inside' : 'community.awake')],
    [
      'risk',
      t('community.sayRisk'),
      said.risks.length === 0 ? t('community.riskUnknown') : said.risks.join(language === 'zh' ? '；' : '; '),
    ],
    ['door', t('community.sayDoor'), `${t('community.door', { name: me.user.name })} ${callBack}`],
  ];
  return (
    <Modal name="emergency-sheet" title={t('community.emergency')} onClose={onClose}>
      <p className="modal-hint">{t('community.emergencyHint')}</p>
      <div className="emergency-numbers">
        {numbers.map((number, index) => {
          const last = calls?.tries.findLast((one) => one.to === number);
          return (
            <div key={number} className="emergency-number" data-first={index === 0}>
              <a
                className="button emergency-call"
                data-testid={`dial-${number}`}
                href={telephone(number)}
                onClick={onDial}
              >
                <b>{number}</b> {name(number)}
              </a>
              <button
                type="button"
                className="button"
                data-testid={`called-${number}`}
                onClick={() => void queue.log(incident.id, number, 'called')}
              >
                {t('community.iCalled', { number })}
              </button>
              {last !== undefined && (
                <p className="last-try" role="status" data-testid={`logged-${number}`}>
                  {t('community.calledAt', { number, time: time(last.by.at, incident, session.clock.now()) })}
                </p>
              )}
            </div>
          );
        })}
      </div>
      <h3>{t('community.say')}</h3>
      <ol className="say" data-testid="say">
        {lines.map(([key, label, text]) => (
          <li key={key} data-say={key}>
            <small>{label}</small>
            <b>{text}</b>
          </li>
        ))}
      </ol>
      <p className="modal-hint">{t('community.stayOn')}</p>
    </Modal>
  );
}
