package app

import (
	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/gateway/channels"
)

// channels returns the ways to people: the boards on their screens, and what
// the file of channels names.
func (a *App) channels() (map[string]notify.Channel, error) {
	all := map[string]notify.Channel{}
	if path := a.opts.Config.Channels; path != "" {
		var err error
		if all, err = channels.Load(path); err != nil {
			return nil, err
		}
	} else {
		a.opts.Log.Warn("no channels are set up: alarms reach people only on boards that are open; the setting channels names the file")
	}
	all[channels.ScreenName] = a.hub.Screens()
	return all, nil
}
