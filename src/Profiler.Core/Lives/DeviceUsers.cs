using System.Runtime.InteropServices;

namespace Profiler.Core.Lives;

/// <summary>A device that a process has open. Used again for another one when it is closed.</summary>
internal sealed class DeviceUse
{
    public string Device { get; private set; } = "";

    public ProcessLife Process { get; private set; } = null!;

    /// <summary>Larger than that of all devices opened before.</summary>
    public long Number { get; private set; }

    /// <summary>The other uses of the device.</summary>
    public DeviceUse? Previous { get; set; }

    /// <inheritdoc cref="Previous"/>
    public DeviceUse? Next { get; set; }

    public void Begin(string device, ProcessLife process, long number) => (Device, Process, Number) = (device, process, number);
}

/// <summary>The processes that have each device open, as far as known.</summary>
internal sealed class DeviceUsers
{
    private readonly Dictionary<string, DeviceUse> _first = [];
    private readonly Stack<DeviceUse> _spare = [];
    private long _opened;

    /// <summary>The use of the device by who opened it last, and those before; null if nobody is known to have it.</summary>
    public DeviceUse? Of(string device) => _first.GetValueOrDefault(device);

    /// <summary>A process has the device open.</summary>
    public DeviceUse Add(string device, ProcessLife process)
    {
        DeviceUse use = _spare.TryPop(out DeviceUse? spare) ? spare : new DeviceUse();
        use.Begin(device, process, ++_opened);
        ref DeviceUse? first = ref CollectionsMarshal.GetValueRefOrAddDefault(_first, device, out _);
        if (first is { } next)
            (use.Next, next.Previous) = (next, use);
        first = use;
        return use;
    }

    /// <summary>A process does not have the device open any more.</summary>
    public void Remove(DeviceUse use)
    {
        if (use.Next is { } next)
            next.Previous = use.Previous;
        if (use.Previous is { } previous)
            previous.Next = use.Next;
        else if (use.Next is null)
            _first.Remove(use.Device);
        else
            _first[use.Device] = use.Next;
        Spare(use);
    }

    /// <summary>The device is released: no process has it open any more.</summary>
    public void Release(string device)
    {
        _first.Remove(device, out DeviceUse? use);
        while (use is not null)
        {
            DeviceUse? next = use.Next;
            use.Process.RemoveDevice(device);
            Spare(use);
            use = next;
        }
    }

    private void Spare(DeviceUse use)
    {
        use.Previous = use.Next = null;
        _spare.Push(use);
    }
}
