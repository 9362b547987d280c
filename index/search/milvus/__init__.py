"""Search on a Milvus server, which any number of machines share: vectors and words in one collection."""
