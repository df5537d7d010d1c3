package app_test

func init() {
	// People's own sessions are no stations: what stations do is open to no role.
	// TestEveryActOfAStationNeedsAHand has the stations themselves.
	roomTables = append(roomTables, map[string]roomRoute{
		"GET /api/station/people":  {path: "/api/station/people"},
		"POST /api/station/hand":   {path: "/api/station/hand", body: `{"user":"u","pin":"2580"}`},
		"DELETE /api/station/hand": {path: "/api/station/hand"},
		"POST /api/station/quiet":  {path: "/api/station/quiet"},
		"PUT /api/me/pin":          {path: "/api/me/pin", body: `{"password":"correct horse","pin":"4071"}`, open: toStaff},
	})
}
