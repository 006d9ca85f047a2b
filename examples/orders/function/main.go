// Function is the bootstrap of the Lambda function.
package main

import (
	"context"
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"example.com/orders/orders"
)

func main() {
	cfg, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	handler := &orders.Handler{Table: os.Getenv("TABLE_NAME"), Client: dynamodb.NewFromConfig(cfg)}
	lambda.Start(handler.Handle)
}
