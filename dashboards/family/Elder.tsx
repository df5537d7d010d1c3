import { useTranslation } from 'react-i18next';
import type { ElderNow } from '../shared/api/family.ts';
import type { Incident } from '../shared/api/types.ts';
import { localName, shortTime, telephone } from '../shared/format.ts';
import { useLanguage, useNow, usePicture, useViewer } from '../shared/ui/hooks.ts';
import { nowOf, stepsOf, type Past } from './now.ts';
import { headlineOf } from './watched.ts';

/** Call says whom to call, and lets her do it with one tap. */
function Call({ call }: { call: ElderNow['call'] }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const place = localName(call.place, language);
  if (call.telephone === undefined) return <p className="call-none">{t('kin.noNumber', { place })}</p>;
  const roles = call.roles.map((role) => localName(role, language)).join(language === 'zh' ? '、' : ', ');
  return (
    <div className="call">
      <a className="button primary" href={telephone(call.telephone)} data-testid="call">
        <span>{t('kin.callTo', { place })}</span> <span className="call-number">{call.telephone}</span>
      </a>
      {roles !== '' && <p>{t('kin.callAsk', { roles })}</p>}
    </div>
  );
}

/** Elder tells how one elder is now, and what happened. */
export function Elder({
  name,
  elder,
  incidents,
  past,
}: {
  name: string;
  past: Past;
  elder: ElderNow | undefined;
  incidents: readonly Incident[];
}) {
  const { t } = useTranslation();
  const language = useLanguage();
  const { session } = useViewer();
  const { complete } = usePicture();
  const now = useNow();
  const { stale, link } = session.live.status();
  const state = nowOf(incidents, now);
  const unsure = !complete || stale || link === 'offline';
  const headline = headlineOf(state.now, elder, unsure);
  const time = (at: string, incident: Incident) => shortTime(at, now, incident.site.time_zone, language);
  const what = (incident: Incident) => t(`family.what.${incident.class}`);
  // That nothing happened is said only by whoever knows it.
  const nothing = (
    {
      reading: 'common.loading',
      known: unsure ? 'family.unknown' : 'family.none',
      failed: 'family.pastFailed',
    } as const
  )[past];
  const steps = stepsOf(incidents).slice(0, 12);
  const since =
    elder?.since === undefined ? undefined : shortTime(elder.since, now, elder.call.time_zone, language);

  const text = () => {
    switch (headline) {
      case 'unwatched':
        return since === undefined ? t('kin.unwatched') : t('kin.unwatchedSince', { time: since });
      case 'noConsent':
      case 'left':
      case 'away':
      case 'learning':
        return t(`kin.${headline}`);
    }
    return t(`family.${headline}`);
  };
  const hint = () => {
    switch (headline) {
      case 'learning':
        return '';
      case 'noConsent':
        return t('kin.noConsentHint', { place: localName(elder?.call.place, language) });
      case 'unwatched':
      case 'left':
      case 'away':
        return t(`kin.${headline}Hint`);
      case 'over': {
        if (state.incident === undefined) return '';
        const { incident } = state;
        const why = incident.cause === undefined ? what(incident) : t(`family.because.${incident.cause}`);
        return t('family.overHint', {
          what: why,
          time: time(incident.resolved?.at ?? incident.alarmed_at, incident),
        });
      }
    }
    return t(`family.${headline}Hint`);
  };
  const going = ['called', 'cancelled', 'accepted', 'arrived'].includes(headline);

  return (
    <section className="elder" data-testid="elder">
      <h2>{name}</h2>
      <div className="now" data-testid="now" data-now={headline} role="status">
        <p className="now-text">{text()}</p>
        {going && state.incident !== undefined && (
          <p className="now-what">
            {what(state.incident)} · {time(state.incident.raised_at, state.incident)}
          </p>
        )}
        <p className="now-hint">{hint()}</p>
        {going && elder !== undefined && !elder.watched && (
          <p className="now-also" data-testid="also-unwatched">
            {since === undefined ? t('kin.alsoUnwatchedLong') : t('kin.alsoUnwatched', { time: since })}
          </p>
        )}
      </div>
      {elder !== undefined && <Call call={elder.call} />}
      {headline !== 'noConsent' && (
        <>
          {elder?.routine !== undefined && (
            <>
              <h3>{t('kin.routine')}</h3>
              <p className="routine" data-testid="routine">
                {localName(elder.routine, language)}
              </p>
            </>
          )}
          <h3>{t('family.timeline')}</h3>
          {past === 'failed' && steps.length > 0 && <p className="timeline-none">{t('family.pastFailed')}</p>}
          {steps.length === 0 ? (
            <p className="timeline-none" data-testid="timeline-none" data-past={past}>
              {t(nothing)}
            </p>
          ) : (
            <ol className="timeline" data-testid="timeline">
              {steps.map((step) => (
                <li key={`${step.incident.id} ${step.kind}`} data-kind={step.kind}>
                  <time dateTime={step.at}>{time(step.at, step.incident)}</time>
                  <span>
                    {step.kind === 'resolved' && step.incident.cause !== undefined
                      ? t(`family.because.${step.incident.cause}`)
                      : t(`family.step.${step.kind}`, { what: what(step.incident) })}
                  </span>
                </li>
              ))}
            </ol>
          )}
        </>
      )}
    </section>
  );
}
