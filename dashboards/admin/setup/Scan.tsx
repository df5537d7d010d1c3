import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

interface Detector {
  detect: (from: HTMLVideoElement) => Promise<{ rawValue: string }[]>;
}

/** detector returns the browser's reader of codes, where it has one. */
function detector(): Detector | undefined {
  const Kind = (globalThis as { BarcodeDetector?: new () => Detector }).BarcodeDetector;
  return Kind === undefined || navigator.mediaDevices === undefined ? undefined : new Kind();
}

/** codeOf takes the code out of what a label says: the code itself, or the end of an address. */
export function codeOf(label: string): string {
  const last = label.trim().split(/[/=#]/).at(-1) ?? '';
  return last
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
}

/** Scan reads the label of a device with the camera. What it cannot read is typed. */
export function Scan({ onCode }: { onCode: (code: string) => void }) {
  const { t } = useTranslation();
  const [on, setOn] = useState(false);
  const [failed, setFailed] = useState(false);
  const video = useRef<HTMLVideoElement>(null);

  useEffect(() => {
    if (!on) return;
    let gone = false;
    let stream: MediaStream | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const reader = detector();
    const look = async () => {
      const picture = video.current;
      if (gone || picture === null || reader === undefined) return;
      const found = await reader.detect(picture).catch(() => []);
      const code = codeOf(found[0]?.rawValue ?? '');
      if (gone) return;
      if (code === '') {
        timer = setTimeout(() => void look(), 200);
        return;
      }
      onCode(code);
      setOn(false);
    };
    navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } }).then(
      (camera) => {
        stream = camera;
        if (gone || video.current === null) {
          camera.getTracks().forEach((track) => track.stop());
          return;
        }
        video.current.srcObject = camera;
        void video.current.play().then(look);
      },
      () => {
        setFailed(true);
        setOn(false);
      },
    );
    return () => {
      gone = true;
      clearTimeout(timer);
      stream?.getTracks().forEach((track) => track.stop());
    };
    // The reader goes on while the form is drawn anew.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [on]);

  if (detector() === undefined) return <small className="hint">{t('setup.scanNone')}</small>;
  return (
    <>
      {on && <video ref={video} muted playsInline className="setup-video" aria-label={t('setup.scan')} />}
      {failed && <small className="wrong">{t('setup.scanFailed')}</small>}
      <button type="button" className="button plain" onClick={() => setOn(!on)}>
        {t(on ? 'common.cancel' : 'setup.scan')}
      </button>
    </>
  );
}
