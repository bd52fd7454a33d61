import { graphql } from './generated/gql.js';

export const StartDatasetImport = graphql(`
  mutation StartDatasetImport($input: StartDatasetImportInput!) {
    startDatasetImport(input: $input) {
      import {
        id
        fileName
        uploadUrl
        state
      }
    }
  }
`);

export const RunDatasetImport = graphql(`
  mutation RunDatasetImport($input: RunDatasetImportInput!) {
    runDatasetImport(input: $input) {
      import {
        id
        state
        rowCount
        processed
        added
        updated
        skipped
      }
      dataset {
        fields {
          key
          type
        }
        rows {
          totalCount
        }
      }
    }
  }
`);

export const CancelDatasetImport = graphql(`
  mutation CancelDatasetImport($input: CancelDatasetImportInput!) {
    cancelDatasetImport(input: $input) {
      import {
        state
      }
    }
  }
`);

export const GetImport = graphql(`
  query GetImport($id: ID!, $columns: [DatasetImportColumnInput!]! = []) {
    datasetImport(id: $id) {
      id
      fileName
      state
      format
      encoding
      delimiter
      columns
      rowCount
      processed
      added
      updated
      skipped
      failure
      preview(columns: $columns) {
        columns {
          column
          field
          isUnknown
        }
        rows {
          number
          values
          problems {
            field
            reason
            message
          }
        }
      }
    }
  }
`);

export const WatchImport = graphql(`
  subscription WatchImport($id: ID!) {
    datasetImportProgress(id: $id) {
      state
      rowCount
      processed
    }
  }
`);

export const ExportDataset = graphql(`
  mutation ExportDataset($input: ExportDatasetInput!) {
    exportDataset(input: $input) {
      download {
        url
        fileName
        expiresAt
      }
    }
  }
`);
