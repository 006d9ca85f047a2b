// Table creates the table "orders" in the DynamoDB at AWS_ENDPOINT_URL_DYNAMODB, once
// it answers.
package main

import (
	"context"
	"errors"
	"log"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/orders/orders"
)

func main() {
	if os.Getenv("AWS_ENDPOINT_URL_DYNAMODB") == "" {
		log.Fatal("AWS_ENDPOINT_URL_DYNAMODB is not set: this is for a DynamoDB on this machine")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	cfg, err := config.LoadDefaultConfig(ctx, config.WithRegion("us-east-1"),
		config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider("local", "local", "")), config.WithRetryMaxAttempts(20))
	if err != nil {
		log.Fatal(err)
	}
	err = orders.CreateTable(ctx, dynamodb.NewFromConfig(cfg), "orders")
	if exists := new(types.ResourceInUseException); err != nil && !errors.As(err, &exists) {
		log.Fatal(err)
	}
}
