import { useLanguage } from '../shared/ui/hooks.ts';
import { percent } from './figures.ts';

/**
 * Share is a share of 0 to 1 as a number and as a bar, with a mark where it
 * should be. The bar says nothing that the number does not.
 */
export function Share({ of, mark, good }: { of: number; mark?: number; good?: boolean }) {
  const language = useLanguage();
  const at = (share: number) => Math.min(1, Math.max(0, share)) * 100;
  return (
    <span className="share">
      <span className="share-text">{percent(of, language)}</span>
      <svg
        className="share-bar"
        viewBox="0 0 100 10"
        preserveAspectRatio="none"
        aria-hidden="true"
        focusable="false"
      >
        <rect className="share-ground" width="100" height="10" />
        <rect className={good === true ? 'share-good' : 'share-part'} width={at(of)} height="10" />
        {mark !== undefined && <rect className="share-mark" x={at(mark) - 0.75} width="1.5" height="10" />}
      </svg>
    </span>
  );
}
