namespace Profiler.Bpf;

/// <summary>
/// The kernel or libbpf refused an operation. The message has the error and a remedy, in one line. <see cref="Details"/> has
/// libbpf's output.
/// </summary>
public sealed class BpfException : Exception
{
    public BpfException(string message) : this(message, []) { }

    public BpfException(string message, IReadOnlyList<string> details) : base(message) => Details = details;

    public BpfException(string message, Exception inner) : base(message, inner) => Details = [];

    public BpfException() : this("BPF is not available") { }

    /// <summary>libbpf's log lines, for verbose output.</summary>
    public IReadOnlyList<string> Details { get; }
}
