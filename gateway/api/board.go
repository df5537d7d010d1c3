package api

// BoardReport is what the page of a station says over the WebSocket after its
// Hello, at every change and every 10 s: whether its board can be seen and heard.
// Others who send it are not heard.
type BoardReport struct {
	Type    string `json:"type" enum:"board"`
	Visible bool   `json:"visible" doc:"the page is on the screen"`
	Audible bool   `json:"audible" doc:"sound is unlocked and its engine runs"`
	Awake   bool   `json:"awake" doc:"the screen is kept on"`
	Quiet   bool   `json:"quiet" doc:"somebody holds the sound for a moment"`
	// Alarms are those that nobody has accepted and that are drawn.
	Alarms []BoardAlarm `json:"alarms" doc:"at most 200 in one message"`
	// More says that the next message goes on with the alarms: together they are one
	// report, of which the last message has the rest. A message is at most 64 KiB.
	More bool `json:"more,omitempty" doc:"the next message goes on with the alarms"`
}

// BoardAlarm is an alarm on a board.
type BoardAlarm struct {
	Incident string `json:"incident" maxLength:"64"`
	Alarms   int    `json:"alarms" doc:"the number of the alarm that is drawn"`
	Sounding bool   `json:"sounding" doc:"it is heard now, alone or under a louder one"`
}
