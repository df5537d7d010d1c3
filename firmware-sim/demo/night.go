package demo

// night is what the demonstration begins with. Times are distances, because it
// is played whenever somebody looks.
const night = `# The demonstration: what happens from the moment the agents are connected.
# "firmware-sim scenario" lists all that can happen. Change it and start again.

# The first minute: a kitchen begins to burn, unseen as yet; a resident falls;
# another one calls; then the smoke has reached the ceiling.
+1s    songlan-07  smoke flaming
+3s    203-1       fall lying 2m
+14s   110-1       press
+50s   214         pull hold 2s

# The next minutes: a resident holds the button by mistake and takes the SOS back,
# and a carer looks in all the same; somebody gets up at night and does not come
# back, a sensor is gone, an old man far away holds his pendant, the fire is out.
+15s   206-2       press hold 4s
+12s   206-2       cancel
+13s   108-1       leave-bed
+20s   206         presence
+15s   210         unplug sht3x
+45s   hepu-12     press
+20s   songlan-07  smoke clear
+10s   203-1       stand
+40s   203-1       return-bed
+20s   108-1       return-bed
+90s   210         plug sht3x
+30s   305         steam for 2m
`

// moments are what goes on happening after that, one every few minutes, in
// random order. They are few and always at the same places, so that a board
// nobody answers does not fill up without end: an open incident is raised again,
// not twice.
var moments = []string{
	"+0s 112-1 press",
	"+0s 306-2 press",
	"+0s 209-1 press",
	"+0s 303 pull hold 2s",
	"+0s xitang-03 press",
	"+0s 204-1 press hold 4s\n+10s 204-1 cancel\n+50s 204 presence",
	"+0s 312-1 leave-bed\n+90s 312-1 return-bed",
	"+0s 205-2 walk for 40s\n+45s 205-2 sit-down",
	"+0s xitang-07 walk for 1m",
	"+0s 105 steam for 2m",
	"+0s hepu-02 steam for 3m",
	"+0s songlan-11 open-door\n+20s songlan-11 close-door",
	"+0s hepu-16 open-door\n+15s hepu-16 close-door",
	"+0s 208 unplug sht3x\n+40s 208 plug sht3x",
	"+0s 301 noise for 8s",
	"+0s xitang-11 presence",
	"+0s hepu-09 battery low\n+4m hepu-09 battery full",
	"+0s songlan-05 offline for 5m",
}
