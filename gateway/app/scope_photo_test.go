package app_test

// Photos: the incident of the table is that of a bed, so that nobody adds one.
func init() {
	const toLeaders = "leader manager"
	roomTables = append(roomTables, map[string]roomRoute{
		"GET /api/incidents/{id}/photos":         {path: "/api/incidents/{incident}/photos", open: toLeaders},
		"POST /api/incidents/{id}/photos":        {path: "/api/incidents/{incident}/photos", body: "none", open: toLeaders},
		"GET /api/incidents/{id}/photos/{photo}": {path: "/api/incidents/{incident}/photos/none", open: toLeaders, nowhere: true},
	})
}
