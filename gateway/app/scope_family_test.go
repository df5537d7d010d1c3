package app_test

func init() {
	roomTables = append(roomTables, map[string]roomRoute{
		"GET /api/family/now":   {path: "/api/family/now", open: "family"},
		"GET /api/family/wants": {path: "/api/family/wants", open: "family"},
		"PUT /api/family/wants": {path: "/api/family/wants", body: `{"urgent_only":true,"quiet":[{"day":1,"from":"22:00","to":"07:00"}],"language":"zh"}`, open: "family"},
		"GET /api/family/push":  {path: "/api/family/push", open: "family"},
		// Without web push in the settings it is refused, to those who may as well.
		"POST /api/family/push":   {path: "/api/family/push", body: `{"endpoint":"https://push.example.org/a","keys":{"p256dh":"a","auth":"b"}}`, open: "family"},
		"DELETE /api/family/push": {path: "/api/family/push?endpoint=https://push.example.org/a", open: "family"},
		// The user has an id that only the ledger knows, so nobody names one here.
		"POST /api/family/invitations": {path: "/api/family/invitations", body: `{"user":"nobody"}`, open: "leader manager", nowhere: true},
		"POST /api/family/codes":       {path: "/api/family/codes", body: `{"invitation":"never made"}`, open: toAll, nowhere: true},
		"POST /api/family/session":     {path: "/api/family/session", body: `{"challenge":"never made","code":"123456"}`, open: toAll},
		"POST /api/family/password":    {path: "/api/family/password", body: `{"new":"nobody expects this"}`, open: "family"},
	})
}
