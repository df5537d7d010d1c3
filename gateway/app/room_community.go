package app

import (
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/api/community"
)

// communityRoom is for who watches people in their own homes.
func (a *App) communityRoom() api.Room { return community.Room{} }
