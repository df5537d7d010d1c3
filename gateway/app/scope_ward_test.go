package app_test

// Ward: plans of floors, evacuation, hand-over and the page of a resident.
func init() {
	const drawing = `{"site":"songhe","floor":"2","svg":"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'/>"}`
	roomTables = append(roomTables, map[string]roomRoute{
		"GET /api/floor-plan":          {path: "/api/floor-plan?site=songhe", open: "carer leader manager operator"},
		"PUT /api/floor-drawing":       {path: "/api/floor-drawing", body: drawing, open: "manager operator"},
		"GET /api/floor-drawing":       {path: "/api/floor-drawing?site=songhe&floor=2", open: "carer leader manager operator", nowhere: true},
		"GET /api/evacuation":          {path: "/api/evacuation?site=songhe", open: toStaff},
		"PUT /api/residents/{id}/away": {path: "/api/residents/res-203-1/away", body: `{"away":false}`, open: toStaff},
		// The incident of the table is no fire.
		"POST /api/evacuation": {
			path: "/api/evacuation", open: toStaff, nowhere: true,
			body: `{"incident":"{incident}","ticks":[{"id":"00000001","resident":"res-203-1","out":true,"at":"2026-01-01T00:00:00Z"}]}`,
		},
		"GET /api/handover":              {path: "/api/handover?site=songhe", open: toStaff},
		"POST /api/handover":             {path: "/api/handover", body: `{"site":"songhe","digest":"another"}`, open: toStaff},
		"GET /api/handovers":             {path: "/api/handovers?site=songhe", open: toStaff},
		"GET /api/handovers/{id}":        {path: "/api/handovers/none", open: toStaff, nowhere: true},
		"POST /api/handovers/{id}/sign":  {path: "/api/handovers/none/sign", open: toStaff, nowhere: true},
		"GET /api/residents/{id}":        {path: "/api/residents/res-203-1", open: toStaff},
		"GET /api/residents/{id}/charts": {path: "/api/residents/res-203-1/charts?incident={incident}", open: toStaff},
	})
}
