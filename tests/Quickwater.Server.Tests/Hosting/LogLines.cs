using System.Text;

namespace Quickwater.Server.Tests;

/// <summary>What was logged, for a test to read while more is written. Thread-safe.</summary>
internal sealed class LogLines : TextWriter
{
    private readonly StringBuilder _text = new();
    private readonly object _lock = new(); // a Monitor, which can be waited for

    public override Encoding Encoding => Encoding.UTF8;

    /// <summary>All that was written.</summary>
    public string Text
    {
        get
        {
            lock (_lock)
            {
                return _text.ToString();
            }
        }
    }

    /// <summary>Waits until a text was written, and gives all.</summary>
    /// <exception cref="TimeoutException">It was not.</exception>
    public string TextWith(string text, TimeSpan within)
    {
        lock (_lock)
        {
            var began = TimeProvider.System.GetTimestamp();
            string all;
            while (!(all = _text.ToString()).Contains(text, StringComparison.Ordinal))
            {
                var left = within - TimeProvider.System.GetElapsedTime(began);
                if (left <= TimeSpan.Zero || !Monitor.Wait(_lock, left))
                {
                    throw new TimeoutException($"It was not logged: {text}");
                }
            }

            return all;
        }
    }

    public override void Write(char value) => Write(value.ToString());

    public override void Write(StringBuilder? value) => Write(value?.ToString());

    public override void Write(string? value)
    {
        lock (_lock)
        {
            _text.Append(value);
            Monitor.PulseAll(_lock);
        }
    }
}
