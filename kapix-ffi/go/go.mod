module github.com/kapix/kapix-go

go 1.24
