import type { MouseEvent, ReactNode } from 'react';
import { visit } from './route.ts';

/** To is a link within the page; with a modifier key it opens another tab as any link does. */
export function To({
  href,
  className,
  current = false,
  label,
  testid,
  children,
}: {
  href: string;
  className?: string;
  current?: boolean;
  label?: string;
  testid?: string;
  children: ReactNode;
}) {
  const open = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    visit(href);
  };
  return (
    <a
      href={href}
      className={className}
      aria-current={current ? 'page' : undefined}
      aria-label={label}
      data-testid={testid}
      onClick={open}
    >
      {children}
    </a>
  );
}
