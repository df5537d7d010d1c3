package app_test

const (
	toAdmins  = "manager operator"
	toWalkers = "leader manager operator"
	toViewers = "carer leader manager inspector operator"
)

func init() {
	roomTables = append(roomTables, map[string]roomRoute{
		"GET /api/admin/register": {path: "/api/admin/register?site=songhe", open: toAdmins},
		"POST /api/admin/rows": {
			path: "/api/admin/rows", open: toAdmins,
			body: `{"dry_run":true,"zones":[{"site":"songhe","id":"r999","floor":"9","name":{"zh":"","en":""}}]}`,
		},
		"GET /api/admin/export/{format}":     {path: "/api/admin/export/yaml?site=songhe", open: toAdmins},
		"POST /api/admin/import/{format}":    {path: "/api/admin/import/yaml", body: "sites: [{id: songhe, kind: nursing_home, name: {}, address: {}, region: linqi, time_zone: Asia/Shanghai}]", open: toAdmins},
		"DELETE /api/admin/regions/{region}": {path: "/api/admin/regions/nowhere", open: toOperator, nowhere: true},
		// Nobody's: the ids of users are made by the gateway.
		"POST /api/admin/users/{user}/password":               {path: "/api/admin/users/nobody/password", body: `{}`, open: toAdmins, nowhere: true},
		"POST /api/admin/users/{user}/pin":                    {path: "/api/admin/users/nobody/pin", open: toAdmins, nowhere: true},
		"POST /api/admin/sites/{site}/edges/{edge}/secret":    {path: "/api/admin/sites/songhe/edges/room-204/secret", open: toOperator},
		"POST /api/admin/sites/{site}/points/{point}/replace": {path: "/api/admin/sites/songhe/points/r203-air/replace", body: `{}`, open: toAdmins},
		"POST /api/admin/residents/{resident}/move":           {path: "/api/admin/residents/res-203-1/move", body: `{"zone":"r203","bed":"1"}`, open: toAdmins},
		"POST /api/admin/residents/{resident}/leave":          {path: "/api/admin/residents/res-moves/leave", open: toAdmins, nowhere: true},
		"POST /api/admin/residents/{resident}/return":         {path: "/api/admin/residents/res-203-1/return", open: toAdmins},
		"GET /api/walk-tests":                                 {path: "/api/walk-tests?site=songhe", open: toViewers},
		"POST /api/walk-tests":                                {path: "/api/walk-tests", body: `{"site":"songhe","floor":"2","minutes":1}`, open: toWalkers},
		"GET /api/walk-tests/{test}":                          {path: "/api/walk-tests/none", open: toWalkers, nowhere: true},
		"POST /api/walk-tests/{test}/end":                     {path: "/api/walk-tests/none/end", open: toWalkers, nowhere: true},
		"POST /api/walk-tests/{test}/alarm":                   {path: "/api/walk-tests/none/alarm", body: `{"point":"r203-cord","class":"sos"}`, open: toWalkers, nowhere: true},
	})
}
