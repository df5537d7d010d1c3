import { localName, telephone } from '../shared/format.ts';
import { useWords } from '../shared/ui/useWords.ts';
import { addressOf } from './route.ts';
import type { Reason, Standing } from './standing.ts';
import { To } from './To.tsx';

/** rowsOf is where the rows behind a reason are. */
function rowsOf(site: string, { why }: Reason): string {
  switch (why) {
    case 'hazard':
      return addressOf(
        'incidents',
        [
          ['site', site],
          ['group', 'hazard'],
          ['state', 'raised'],
          ['state', 'accepted'],
          ['state', 'arrived'],
        ].reduce((query, [key, value]) => (query.append(key!, value!), query), new URLSearchParams()),
      );
    case 'overdue':
      return addressOf('incidents', { site, answer: 'overdue' });
    case 'late':
      return addressOf(
        'incidents',
        new URLSearchParams(`site=${site}&answer=late&answer=overdue&group=hazard&group=care`),
      );
    case 'out':
    case 'offline':
      return addressOf('coverage', { site, gap: 'edge' });
    case 'silent':
      return addressOf('coverage', { site, gap: 'silent' });
    case 'doubted':
      return addressOf('coverage', { site, gap: 'detector' });
    case 'untested':
      return addressOf('coverage', { site, gap: 'test' });
  }
}

/** Phone is a telephone number to press. */
export function Phone({ standing: { node } }: { standing: Standing }) {
  const { t, language } = useWords();
  if (node.telephone === undefined) return <small className="no-phone">{t('oversight.noNumber')}</small>;
  return (
    <a
      className="button phone"
      href={telephone(node.telephone)}
      aria-label={t('oversight.callOf', {
        name: localName(node.site.name, language),
        number: node.telephone,
      })}
    >
      ☎ {node.telephone}
    </a>
  );
}

/** Reasons are why a site should be called, each a link to its rows. */
export function Reasons({ site, why }: { site: string; why: readonly Reason[] }) {
  const { t } = useWords();
  return (
    <ul className="reasons">
      {why.map((reason) => (
        <li key={reason.why} data-why={reason.why}>
          <To href={rowsOf(site, reason)}>
            {reason.why === 'late'
              ? t('oversight.why.late', { late: reason.count, judged: reason.judged })
              : t(`oversight.why.${reason.why}`, { count: reason.count })}
          </To>
        </li>
      ))}
    </ul>
  );
}

/**
 * Calls answers which sites need a call today, and why. `unknown` says why it
 * cannot be told that none does.
 */
export function Calls({
  calls,
  unknown,
}: {
  calls: { one: Standing; why: Reason[] }[];
  unknown: string | undefined;
}) {
  const { t, language } = useWords();
  return (
    <section aria-labelledby="calls" data-testid="calls">
      <h2 id="calls">
        {t('oversight.today')} <small>{calls.length}</small>
      </h2>
      {calls.length === 0 ? (
        <p className="none" data-testid={unknown === undefined ? 'no-calls' : undefined}>
          {unknown ?? t('oversight.todayNone')}
        </p>
      ) : (
        <>
          <p className="hint">{t('oversight.todayHint')}</p>
          <ol className="calls">
            {calls.map(({ one, why }) => (
              <li key={one.node.site.id} className="call" data-testid="call" data-state={one.state}>
                <div>
                  <To href={addressOf('site', { site: one.node.site.id })} className="call-name">
                    {localName(one.node.site.name, language)}
                  </To>{' '}
                  <small>{localName(one.node.township, language)}</small>
                  <Reasons site={one.node.site.id} why={why} />
                </div>
                <Phone standing={one} />
              </li>
            ))}
          </ol>
        </>
      )}
    </section>
  );
}
