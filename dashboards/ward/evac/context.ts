import { createContext, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import { whoAmI } from '../../shared/api/client.ts';
import { sendTicks } from '../../shared/api/ward.ts';
import { drawer } from '../../shared/kept.ts';
import { useViewer } from '../../shared/ui/hooks.ts';
import { TickSender, type Ticks } from './sender.ts';

const retryEvery = 3_000;

/** SenderContext is given by the board to the evacuation list. */
export const SenderContext = createContext<TickSender | undefined>(undefined);

/** useSender may be used only below the board. */
export function useSender(): TickSender {
  const sender = useContext(SenderContext);
  if (sender === undefined) throw new Error('useSender was used outside the board');
  return sender;
}

/** useTicks returns how the ticks stand, and draws again when that changes. */
export function useTicks(sender: TickSender): Ticks {
  return useSyncExternalStore(sender.subscribe, sender.state);
}

/** useTickSender makes the sender of a board: ticks are sent also when the list is not open any more. */
export function useTickSender(): TickSender {
  const { me } = useViewer();
  const [sender] = useState(() => {
    const user = me.user.id;
    return new TickSender({
      user,
      drawer: drawer(),
      keeps: me.user.station === undefined,
      mine: async () => (await whoAmI())?.user.id === user,
      send: sendTicks,
    });
  });
  useEffect(() => {
    void sender.flush();
    const timer = setInterval(() => void sender.flush(), retryEvery);
    addEventListener('storage', sender.look);
    return () => {
      clearInterval(timer);
      removeEventListener('storage', sender.look);
    };
  }, [sender]);
  return sender;
}
