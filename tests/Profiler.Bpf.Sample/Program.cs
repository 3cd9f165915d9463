using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Profiler.Bpf;
using Profiler.Bpf.Objects;

if (args is not [var text] || !double.TryParse(text, CultureInfo.InvariantCulture, out double seconds))
{
    Console.WriteLine("usage: exits SECONDS\nPrints each process that exits, and how many did.");
    return args is ["--help"] ? 0 : 2;
}

try
{
    using BpfObject exits = BpfObject.Open(Compiled("exits.bpf.o"), "exits");
    exits.Load();
    using RingReader ring = exits.OpenRing("events");
    using BpfLink link = exits.Attach("on_exit");

    var time = Stopwatch.StartNew();
    int count = 0;
    while (TimeSpan.FromSeconds(seconds) - time.Elapsed is { Ticks: > 0 } left)
        count += ring.Poll(left, record => Console.WriteLine(MemoryMarshal.Read<ExitRecord>(record)));
    Console.WriteLine($"{count} processes exited");
    return 0;
}
catch (BpfException e)
{
    Console.Error.WriteLine($"exits: {e.Message}");
    return 1;
}

static byte[] Compiled(string name)
{
    using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
    byte[] bytes = new byte[stream.Length];
    stream.ReadExactly(bytes);
    return bytes;
}

/// <summary><c>struct exit_record</c> in exits.bpf.c.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ExitRecord
{
    public uint Pid;
    public ProcessName Name;

    public override readonly string ToString()
    {
        ReadOnlySpan<byte> name = Name;
        int end = name.IndexOf((byte)0);
        return $"{Pid} {Encoding.UTF8.GetString(end < 0 ? name : name[..end])}";
    }
}

/// <summary>NUL-terminated.</summary>
[InlineArray(16)]
internal struct ProcessName
{
    private byte _first;
}
