namespace Quickwater.Core;

/// <summary>Bytes that several owners share by counting references. Thread-safe. Whoever retains releases.</summary>
public interface ISharedBytes
{
    /// <summary>Adds a reference; the caller must already hold one.</summary>
    void Retain();

    /// <summary>Takes a reference away; the last one frees the bytes.</summary>
    void Release();
}
