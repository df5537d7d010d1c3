import { memo } from 'react';
import type { IncidentClass } from '../api/types.ts';

// Drawn for this app on a grid of 24, in strokes, so that each class has a
// shape of its own that is told apart from across a room and without colour.
const paths: Record<IncidentClass, string> = {
  fire: 'M12 3c1 4 5 5.5 5 10.5a5 5 0 0 1-10 0C7 11 8.5 10 9 8c1 .7 1.6 1.7 1.7 3C12 9 12.5 6 12 3Z',
  gas: 'M8 21h8a1 1 0 0 0 1-1v-8a5 5 0 0 0-10 0v8a1 1 0 0 0 1 1ZM10 7V4h4v3M10 14h4M10 17h4',
  carbon_monoxide: 'M11 8.5A4.5 4.5 0 1 0 11 15.5M17.5 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8Z',
  sos: 'M12 3v10M12 17.5v.5M5 21h14M4 8l2 1M20 8l-2 1M4.5 14.5 7 14M19.5 14.5 17 14',
  call: 'M6 16.5h12l-1.5-2.5V11a4.5 4.5 0 0 0-9 0v3L6 16.5ZM10.5 19.5h3M12 6.5V4.5',
  fall: 'M8 5.5a1.5 1.5 0 1 0 0 .01M9.5 8.5 13 12l-3 3M13 12l4 .5M10 15l4.5 1.5L14 19.5M4 20.5h16',
  water_leak: 'M12 3.5c3 4 5 6.5 5 9.5a5 5 0 0 1-10 0c0-3 2-5.5 5-9.5ZM4 21h4M10 21h4M16 21h4',
  bed_exit: 'M3 19v-9M3 15h11v4M6 12.5h3M17 6l3.5 3.5L17 13M12 9.5h8',
  wandering: 'M5 21V4h9v17M3 21h11M11 12.5v.5M17 9l3.5 3.5L17 16M14 12.5h6.5',
  inactivity: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16ZM12 8v4.5l3 1.5M3 4l3-1.5M21 4l-3-1.5',
  vital: 'M3 12.5h4l2-5.5 3.5 11 2.5-7.5 1 2h5',
  intrusion: 'M12 4a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7ZM5 20.5c.5-4 3-6 7-6s6.5 2 7 6M8.5 7.5h7',
  fault: 'M12 4 2.8 20h18.4L12 4ZM12 10v5M12 17.5v.3',
  tamper: 'M8 11V7.5a4 4 0 0 1 7.5-2M6 11h12v9H6v-9ZM12 14.5v2',
  battery: 'M3 8h15v8H3V8ZM18 11h3v2h-3M6 10.5v3',
  silent: 'M4 9.5a12 12 0 0 1 5-2.8M15 6.7a12 12 0 0 1 5 2.8M7.5 13.5a7 7 0 0 1 3-1.8M12 18v.5M4 3l16 18',
};

/** ClassIcon is the sign of a class. The name of the class always stands beside it. */
export const ClassIcon = memo(function ClassIcon({ of }: { of: IncidentClass }) {
  return (
    <svg className="class-icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[of]} />
    </svg>
  );
});
