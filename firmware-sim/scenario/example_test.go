package scenario_test

import (
	"fmt"

	"shouwang.care/shouwang/firmware-sim/scenario"
)

func ExampleParse() {
	night, err := scenario.Parse("night.txt", `
22:14   203     fall
+12s    203-1   press hold 4s   # an SOS
speed 60
23:14   210     unplug sht3x
`)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range night.Steps {
		fmt.Println(s.After, s.Place, s.Action)
	}
	// Output:
	// 0s 203 fall
	// 12s 203-1 press hold 4s
	// 1m11.8s 210 unplug sht3x
}

func ExampleParse_mistakes() {
	_, err := scenario.Parse("night.txt", "22:14 203 smoke black\n22:15 203 press hold\n")
	fmt.Println(err)
	// Output:
	// night.txt:1:17: "black" after smoke; expected flaming or smouldering or clear
	// night.txt:2:21: a value is missing after hold
}
