import { useTranslation } from 'react-i18next';
import { useTicks } from './context.ts';
import type { TickSender } from './sender.ts';

/** TicksBar says on the board that ticks of an evacuation have reached nobody: their list may not be open. */
export function TicksBar({ sender, onOpen }: { sender: TickSender; onOpen: () => void }) {
  const { t } = useTranslation();
  const { waiting, dropped } = useTicks(sender);
  if (waiting.length + dropped.length === 0) return null;
  return (
    <div className="queued-bar" role="status" data-testid="ticks-bar">
      {waiting.length > 0 && <p>{t('evac.waiting', { count: waiting.length })}</p>}
      {dropped.length > 0 && <p>{t('evac.droppedCount', { count: dropped.length })}</p>}
      <button type="button" className="button" onClick={onOpen}>
        {t('side.evacuation')}
      </button>
    </div>
  );
}
