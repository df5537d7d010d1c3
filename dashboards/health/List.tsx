import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

/** Column is one column of a List: its heading and what it shows of a row. */
export interface Column<Row> {
  head: string;
  cell: (row: Row) => ReactNode;
}

/**
 * List is a section with a table, or with a word that there is nothing; on a
 * narrow screen each row becomes a card. `count` is how many rows there are in
 * all, where the gateway sends the first only.
 */
export function List<Row>({
  name,
  title,
  hint,
  none,
  rows,
  count,
  columns,
  id,
}: {
  name: string;
  title: string;
  hint?: string;
  none: string;
  rows: Row[];
  count?: number;
  columns: Column<Row>[];
  id: (row: Row, index: number) => string;
}) {
  const { t } = useTranslation();
  return (
    <section aria-labelledby={name} data-testid={name}>
      <h2 id={name}>{title}</h2>
      {hint !== undefined && <p className="hint">{hint}</p>}
      {rows.length === 0 ? (
        <p className="none">{none}</p>
      ) : (
        <table className="grid">
          <caption className="unseen">{title}</caption>
          <thead>
            <tr>
              {columns.map(({ head }) => (
                <th key={head} scope="col">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, index) => (
              <tr key={id(row, index)}>
                {columns.map(({ head, cell }) => (
                  <td key={head} data-label={head}>
                    {cell(row)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {count !== undefined && count > rows.length && (
        <p className="hint">{t('health.more', { count, shown: rows.length })}</p>
      )}
    </section>
  );
}
