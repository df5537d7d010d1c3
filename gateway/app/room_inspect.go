package app

import (
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/api/inspect"
)

// inspectRoom is what inspectors of an authority ask.
func (a *App) inspectRoom() api.Room { return inspect.New(a.store) }
