import type { AlarmHealth, AlarmPoint } from '../shared/api/types.ts';
import { ageOf } from '../shared/format.ts';
import { ClassIcon } from '../shared/ui/ClassIcon.tsx';
import { decimal, percent, worse } from './figures.ts';
import { List, type Column } from './List.tsx';
import { Share } from './Share.tsx';
import type { Say } from './useSay.ts';

/** pointColumns say which alarm of which point a row is about. */
function pointColumns<Row extends AlarmPoint>(say: Say, several: boolean): Column<Row>[] {
  const columns: Column<Row>[] = [
    {
      head: say.t('inspect.class'),
      cell: (row) => (
        <span className="what">
          <ClassIcon of={row.class} /> {say.t(`class.${row.class}`)}
        </span>
      ),
    },
    { head: say.t('inspect.place'), cell: (row) => say.where(row) },
  ];
  if (several) columns.push({ head: say.t('inspect.site'), cell: (row) => say.siteName(row.site) });
  return columns;
}

const idOf = (row: AlarmPoint, index: number) => `${row.site}/${row.point ?? index}/${row.class}`;

/** Floods lists the times in which more alarms came than people can answer. */
export function Floods({ health, say }: { health: AlarmHealth; say: Say }) {
  const { t } = say;
  return (
    <List
      name="floods"
      title={t('health.floods')}
      hint={t('health.floodsHint')}
      none={t('health.floodsNone')}
      rows={health.floods}
      count={health.flood_count}
      id={(row) => `${row.site} ${row.from}`}
      columns={[
        { head: t('health.from'), cell: (row) => say.time(row.from, row.site) },
        {
          head: t('health.to'),
          cell: (row) => (row.ongoing === true ? t('health.ongoing') : say.time(row.to, row.site)),
        },
        { head: t('health.count'), cell: (row) => row.alarms },
        { head: t('inspect.site'), cell: (row) => say.siteName(row.site) },
      ]}
    />
  );
}

/** Advice lists the points that cry wolf, with what can be done about them. */
export function Advice({ health, say }: { health: AlarmHealth; say: Say }) {
  const { t } = say;
  return (
    <List
      name="advice"
      title={t('health.advice')}
      hint={t('health.adviceHint')}
      none={t('health.nothing')}
      rows={health.advice}
      count={health.advice_count}
      id={idOf}
      columns={[
        ...pointColumns<(typeof health.advice)[number]>(say, health.sites.length > 1),
        { head: t('health.falseCount'), cell: (row) => row.false_alarms },
        {
          head: t('health.turn'),
          cell: (row) => (
            <span>
              {row.day.slice(5)} {say.shift(row.shift)}
            </span>
          ),
        },
        { head: t('health.turns'), cell: (row) => row.turns },
        {
          head: t('health.offers'),
          cell: (row) => (
            <span className="offers">
              {row.offers.map((offer) => (
                <span key={offer} className="tag">
                  {t(`health.offer.${offer}`)}
                </span>
              ))}
            </span>
          ),
        },
      ]}
    />
  );
}

/** Nuisance lists what keeps people from trusting alarms, by point. */
export function Nuisance({ health, say }: { health: AlarmHealth; say: Say }) {
  const { t, language } = say;
  const several = health.sites.length > 1;
  const none = t('health.nothing');
  const top = health.top.reduce((sum, { share }) => sum + share, 0);
  return (
    <>
      <List
        name="top"
        title={t('health.top')}
        {...(health.top.length > 0 && { hint: t('health.topHint', { share: percent(top, language) }) })}
        none={none}
        rows={health.top}
        id={idOf}
        columns={[
          ...pointColumns<(typeof health.top)[number]>(say, several),
          { head: t('health.count'), cell: (row) => row.count },
          { head: t('health.share'), cell: (row) => <Share of={row.share} /> },
        ]}
      />
      <List
        name="chattering"
        title={t('health.chattering')}
        hint={t('health.chatteringHint')}
        none={none}
        rows={health.chattering}
        count={health.chattering_count}
        id={idOf}
        columns={[
          ...pointColumns<(typeof health.chattering)[number]>(say, several),
          { head: t('health.most'), cell: (row) => row.most },
          { head: t('health.bursts'), cell: (row) => row.bursts },
          { head: t('health.last'), cell: (row) => say.time(row.last, row.site) },
        ]}
      />
      <List
        name="fleeting"
        title={t('health.fleeting')}
        hint={t('health.fleetingHint')}
        none={none}
        rows={health.fleeting}
        count={health.fleeting_count}
        id={idOf}
        columns={[
          ...pointColumns<(typeof health.fleeting)[number]>(say, several),
          { head: t('health.count'), cell: (row) => row.count },
        ]}
      />
      <List
        name="standing"
        title={t('health.standing')}
        hint={t('health.standingHint')}
        none={none}
        rows={health.standing}
        count={health.standing_count}
        id={(row) => row.incident}
        columns={[
          ...pointColumns<(typeof health.standing)[number]>(say, several),
          {
            head: t('health.lasts'),
            cell: (row) => {
              const { unit, count } = ageOf(row.for_s * 1000);
              return t(`time.${unit}`, { count });
            },
          },
          { head: t('inspect.raised'), cell: (row) => say.time(row.since, row.site) },
          {
            head: t('inspect.state'),
            cell: (row) => (
              <span>
                {row.open && <span className="tag">{t('health.open')}</span>}
                {row.active && <span className="tag">{t('health.active')}</span>}
                {!row.open && !row.active && t('health.ended')}
              </span>
            ),
          },
        ]}
      />
    </>
  );
}

/** Classes lists how urgent alarms were, and how many were false. */
export function Classes({ health, say }: { health: AlarmHealth; say: Say }) {
  const { t, language } = say;
  const reference = health.false_alarms.find((row) => row.reference !== undefined)?.reference;
  return (
    <>
      <List
        name="false-alarms"
        title={t('health.falseAlarms')}
        {...(reference !== undefined && {
          hint: t('health.falseHint', {
            residents: health.residents,
            reference: decimal(reference, language),
          }),
        })}
        none={t('health.nothing')}
        rows={health.false_alarms}
        id={(row) => row.class}
        columns={[
          {
            head: t('inspect.class'),
            cell: (row) => (
              <span className="what">
                <ClassIcon of={row.class} /> {t(`class.${row.class}`)}
              </span>
            ),
          },
          { head: t('health.count'), cell: (row) => row.alarms },
          { head: t('health.falseCount'), cell: (row) => row.false },
          {
            head: t('health.perResidentWeek'),
            cell: (row) =>
              health.residents === 0 ? (
                '–'
              ) : worse(row.per_resident_week, row.reference) ? (
                <strong>{decimal(row.per_resident_week, language)}</strong>
              ) : (
                decimal(row.per_resident_week, language)
              ),
          },
          {
            head: t('health.reference'),
            cell: (row) => (row.reference === undefined ? '' : decimal(row.reference, language)),
          },
        ]}
      />
      <List
        name="severities"
        title={t('health.severities')}
        hint={t('health.severitiesHint')}
        none={t('health.nothing')}
        rows={health.severities}
        id={(row) => row.severity}
        columns={[
          { head: t('health.severity'), cell: (row) => t(`severity.${row.severity}`) },
          { head: t('health.count'), cell: (row) => row.count },
          { head: t('health.share'), cell: (row) => <Share of={row.share} mark={row.recommended} /> },
          { head: t('health.recommended'), cell: (row) => percent(row.recommended, language) },
        ]}
      />
    </>
  );
}
