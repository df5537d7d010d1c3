import { useEffect, useRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

/** Modal is a dialog over the page. Escape, the backdrop and its button close it. */
export function Modal({
  title,
  name,
  onClose,
  children,
}: {
  title: string;
  name: string;
  onClose: () => void;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className="modal"
      data-testid={name}
      aria-labelledby={`${name}-title`}
      onCancel={(event) => {
        // Who takes no file in a dialog, or closes one above it, has not closed this one.
        if (event.target !== dialog.current) return;
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      <div className="modal-box">
        <header className="modal-head">
          <h2 id={`${name}-title`}>{title}</h2>
          <button type="button" className="button" onClick={onClose}>
            {t('common.cancel')}
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
