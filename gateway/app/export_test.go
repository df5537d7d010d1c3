package app

// RoomRoutes returns the patterns that the rooms of the API answer to, in order.
func (a *App) RoomRoutes() []string { return a.pages.RoomRoutes() }
