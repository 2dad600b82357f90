using System.Buffers;
using System.Net.Security;
using Quickwater.Core;

namespace Quickwater.Net;

/// <summary>Writes batches as few TLS records: each full but the last, whatever pieces the batch has.</summary>
internal static class TlsRecords
{
    /// <summary>Plain bytes in a full record: RFC 8446, section 5.1.</summary>
    public const int PlainBytesMax = 16 * 1024;

    // Header, explicit nonce, padding, and the longest tag of TLS 1.2 and 1.3.
    private const int OverheadBytes = 96;

    /// <summary>Bytes that so many become, at most.</summary>
    public static int CipherBytesMax(int plain) => plain + (((plain / PlainBytesMax) + 1) * OverheadBytes);

    /// <summary>Writes the batch. The stream beneath takes every write at once.</summary>
    public static void Write(SslStream stream, SendBatch batch)
    {
        if (batch.TryContiguous(out var whole))
        {
            Write(stream, whole);
            return;
        }

        var joined = ArrayPool<byte>.Shared.Rent(PlainBytesMax);
        try
        {
            var count = 0;
            var pieces = batch.Gather();
            for (var i = 0; i < pieces.Count; i++)
            {
                var piece = pieces[i].AsMemory();
                while (piece.Length > 0)
                {
                    if (count == 0 && piece.Length >= PlainBytesMax)
                    {
                        Write(stream, piece[..PlainBytesMax]);
                        piece = piece[PlainBytesMax..];
                        continue;
                    }

                    var taken = Math.Min(piece.Length, PlainBytesMax - count);
                    piece.Span[..taken].CopyTo(joined.AsSpan(count));
                    piece = piece[taken..];
                    count += taken;
                    if (count == PlainBytesMax)
                    {
                        Write(stream, joined.AsMemory(0, count));
                        count = 0;
                    }
                }
            }

            if (count > 0)
            {
                Write(stream, joined.AsMemory(0, count));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(joined);
        }
    }

    private static void Write(SslStream stream, ReadOnlyMemory<byte> bytes)
    {
        var writing = stream.WriteAsync(bytes, CancellationToken.None);
        if (!writing.IsCompleted)
        {
            throw new InvalidOperationException("A write of TLS records waits, and there is nothing to wait for.");
        }

        writing.GetAwaiter().GetResult();
    }
}
