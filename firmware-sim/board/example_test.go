package board_test

import (
	"context"
	"fmt"
	"log/slog"

	"shouwang.care/shouwang/firmware-sim/board"
)

func ExampleBoard_Do() {
	b, err := board.New(board.Spec{
		Pins: []board.PinSpec{{ID: "door", Name: "GPIO6", Kind: board.Door, Place: "kitchen"}},
	}, slog.New(slog.DiscardHandler))
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := b.Do(context.Background(), "kitchen", "open-door"); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(b.Do(context.Background(), "kitchen", "press"))
	// Output: nothing at kitchen fits press
}
