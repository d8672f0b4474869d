"""What CloudFormation and IAM make of template.yaml."""
