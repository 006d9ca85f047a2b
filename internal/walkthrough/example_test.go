package walkthrough_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"example.com/weather-events-api/internal/walkthrough"
)

func ExampleDecode() {
	header, claims, err := walkthrough.Decode("eyJhbGciOiJSUzI1NiJ9.eyJzY29wZSI6IndlYXRoZXItYXBpL2dldCJ9.c2lnbmF0dXJl")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(header["alg"], claims["scope"])
	// Output: RS256 weather-api/get
}

func ExampleRun() {
	_, err := walkthrough.Run(context.Background(), walkthrough.Target{
		APIURL:       "http://127.0.0.1:3000/weather",
		TokenURL:     "http://auth.example.com/oauth2/token",
		ClientID:     "1example23456789",
		ClientSecret: "", // such as os.Getenv("CLIENT_SECRET")
	})
	fmt.Println(err)
	// Output:
	// walk-through target: 2 problems:
	//    1. TokenURL: must begin with https://, as auth.example.com is not a loopback host and secrets would cross the network in clear text, got "http://auth.example.com/oauth2/token"
	//    2. ClientSecret: is required: copy it from the app client in the user pool
}

func ExampleReport_WriteTable() {
	report := walkthrough.Report{Steps: []walkthrough.Step{
		{
			Shows:    "GET succeeds with that token",
			Expected: "200, application/json, the article's 2 events",
			Got:      "200, application/json, 2 events",
			Passed:   true,
			Duration: 7 * time.Millisecond,
		},
		{
			Shows:    "GET is refused without a token",
			Expected: `401 {"message":"Unauthorized"}`,
			Got:      `403 {"message":"Forbidden"}`,
			Duration: 5 * time.Millisecond,
		},
	}}
	if err := report.WriteTable(os.Stdout, walkthrough.TableOptions{}); err != nil {
		log.Fatal(err)
	}
	// Output:
	// #   What it shows                       Expected                      Got                             Result
	// --  ----------------------------------  ----------------------------  ------------------------------  ------
	// 1   GET succeeds with that token        200, application/json, the    200, application/json, 2        ✓ pass
	//                                         article's 2 events            events
	// 2   GET is refused without a token      401                           403 {"message":"Forbidden"}     ✗ FAIL
	//                                         {"message":"Unauthorized"}
	//
	// 1 of 2 steps passed in 12 ms
}
