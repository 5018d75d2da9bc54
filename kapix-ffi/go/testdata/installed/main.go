// The program of a user: prints the decision on the request in the file that it is given.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	kapix "github.com/kapix/kapix-go"
)

func main() {
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	engine, err := kapix.Load(kapix.ExpertCards())
	if err != nil {
		log.Fatal(err)
	}
	defer engine.Close()
	response, err := engine.CreditScoreJSON(context.Background(), text)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(response.Decision, response.Points, response.RiskBand)
}
