import { useCallback, useRef, useState } from 'react';
import { Refused } from '../shared/api/client.ts';
import type { DocumentView, Mistake, Site } from '../shared/api/types.ts';
import { shortTime } from '../shared/format.ts';
import { useNow } from '../shared/ui/hooks.ts';
import { useLoaded } from '../shared/ui/useLoaded.ts';
import { useFailed } from '../shared/ui/useProblem.ts';
import { useWords } from '../shared/ui/useWords.ts';
import { fetchDocument, saveDocument, type Kind } from './api.ts';
import { rosterExample } from './example.ts';
import { lineRange, ownLadders } from './lines.ts';

/** Mistakes lists what is wrong with a text, by line; a press leads there. */
function Mistakes({ mistakes, show }: { mistakes: readonly Mistake[]; show: (line: number) => void }) {
  const { t } = useWords();
  return (
    <div role="alert" data-testid="mistakes">
      <ol className="mistakes">
        {mistakes.map(({ line, column, message, source }, index) => (
          <li key={index}>
            {line !== undefined && line > 0 && (
              <button type="button" className="button" onClick={() => show(line)}>
                {t('plans.line', { line })}
              </button>
            )}
            <span>
              <span lang="en">{message}</span>
              {source !== undefined && source !== '' && (
                <code>
                  {source.replaceAll('\t', ' ')}
                  {'\n'}
                  {column !== undefined && column > 0 && `${' '.repeat(column - 1)}^`}
                </code>
              )}
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
}

function Text({
  site,
  kind,
  read,
  again,
}: {
  site: Site;
  kind: Kind;
  read: DocumentView;
  again: () => void;
}) {
  const { t, language } = useWords();
  const now = useNow();
  const failed = useFailed();
  const area = useRef<HTMLTextAreaElement>(null);
  const [saved, setSaved] = useState(read);
  const [text, setText] = useState(read.text);
  const [state, setState] = useState<'saving' | 'saved' | Error>();
  const problem = state instanceof Refused ? state.problem : undefined;
  const example = kind === 'roster' ? rosterExample : (saved.built_in ?? '');

  const save = () => {
    setState('saving');
    saveDocument(site.id, kind, text, saved.revision).then(
      (next) => {
        setSaved(next);
        setState('saved');
      },
      (error: unknown) => setState(error instanceof Error ? error : new Error(String(error))),
    );
  };
  const show = (line: number) => {
    const { from, to } = lineRange(text, line);
    area.current?.focus();
    area.current?.setSelectionRange(from, to);
  };

  return (
    <>
      <p className="hint">
        {t(`plans.${kind}Hint`)}{' '}
        {saved.saved_at !== undefined &&
          t('plans.savedBy', {
            name: saved.saved_by ?? '',
            time: shortTime(saved.saved_at, now, site.time_zone, language),
          })}
      </p>
      {example !== '' && (
        <details className="example">
          <summary>{t(kind === 'roster' ? 'plans.example' : 'plans.builtIn')}</summary>
          <pre tabIndex={0}>{example}</pre>
          {text === '' && (
            <button
              type="button"
              className="button"
              onClick={() => setText(kind === 'ladders' ? ownLadders(example) : example)}
            >
              {t('plans.begin')}
            </button>
          )}
        </details>
      )}
      <label className="field">
        <span>{t(`plans.${kind}`)}</span>
        <textarea
          ref={area}
          className="document"
          data-testid="document"
          rows={18}
          spellCheck={false}
          wrap="off"
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            if (state === 'saved') setState(undefined);
          }}
        />
      </label>
      {state instanceof Error && (
        <p className="trouble" role="alert" data-testid="document-trouble">
          {failed(state, site.time_zone)}
          {problem?.code === 'stale' && (
            <button type="button" className="button" data-testid="document-again" onClick={again}>
              {t('plans.again')}
            </button>
          )}
        </p>
      )}
      {problem?.mistakes !== undefined && <Mistakes mistakes={problem.mistakes} show={show} />}
      <button
        type="button"
        className="button primary"
        data-testid="document-save"
        disabled={state === 'saving' || text === saved.text}
        onClick={save}
      >
        {t(state === 'saving' ? 'act.sending' : state === 'saved' ? 'contacts.saved' : 'contacts.save')}
      </button>
    </>
  );
}

/** Editor edits a plan of a site as text. */
export function Editor({ site, kind }: { site: Site; kind: Kind }) {
  const { t } = useWords();
  const failed = useFailed();
  const load = useCallback(() => fetchDocument(site.id, kind), [site.id, kind]);
  const { data, error, again } = useLoaded(load);
  const [turn, setTurn] = useState(0);
  return (
    <section className="editor" aria-label={t(`plans.${kind}`)}>
      {error !== undefined && (
        <p className="trouble" role="alert">
          {failed(error)}
        </p>
      )}
      {data === undefined && error === undefined && <p>{t('common.loading')}</p>}
      {data !== undefined && (
        <Text
          key={`${site.id} ${kind} ${data.revision} ${turn}`}
          site={site}
          kind={kind}
          read={data}
          again={() => {
            setTurn((count) => count + 1);
            again();
          }}
        />
      )}
    </section>
  );
}
