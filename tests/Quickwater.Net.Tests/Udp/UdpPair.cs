using System.Net;
using System.Net.Sockets;
using Quickwater.Conformance;
using Quickwater.Core;

namespace Quickwater.Net.Tests;

/// <summary>Two UDP sockets on this machine.</summary>
internal sealed class UdpPair : DatagramPair
{
    private readonly LeakCounters _leaks;
    private readonly Socket _hole;
    private readonly UdpLoop[] _loops;

    private UdpPair(IPAddress address, LeakCounters leaks, IDatagramSocket near, IDatagramSocket far, params UdpLoop[] loops)
    {
        (_leaks, Near, Far, _loops) = (leaks, near, far, loops);

        // A port that nobody else gets while the test runs, and where nobody is: this socket is connected elsewhere.
        _hole = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        _hole.Bind(new IPEndPoint(address, 0));
        _hole.Connect(near.Local.ToEndPoint());
        Nobody = DatagramAddress.Of(_hole.LocalEndPoint as IPEndPoint ?? throw new InvalidOperationException());
    }

    public override IDatagramSocket Near { get; }

    public override IDatagramSocket Far { get; }

    public override DatagramAddress Nobody { get; }

    public static UdpPair Portable(IPAddress address)
    {
        var leaks = new LeakCounters();
        var (near, far) = (Open(address, leaks), Open(address, leaks));
        return new UdpPair(address, leaks, near, far);

        static UdpSocket Open(IPAddress address, LeakCounters leaks) =>
            UdpSocket.TryOpen(OptionsFor(address), leaks, out var socket, out var why) ? socket : throw new InvalidOperationException(why.Text());
    }

    /// <summary>Where there are no such calls, the portable ones once more.</summary>
    public static UdpPair Linux(IPAddress address, bool mayCoalesce)
    {
        if (!EpollLoops.IsSupported)
        {
            return Portable(address);
        }

        var leaks = new LeakCounters();
        UdpLoop[] loops = [new UdpLoop(0, ReceiveCoalescing.Default), new UdpLoop(1, ReceiveCoalescing.Default)];
        return new UdpPair(address, leaks, Open(loops[0]), Open(loops[1]), loops);

        LinuxUdpSocket Open(UdpLoop loop) => LinuxUdpSocket.TryOpen(OptionsFor(address), loop, leaks, out var socket, out var why, mayCoalesce)
            ? socket : throw new InvalidOperationException(why.Text());
    }

    public override void Until(Func<bool> condition) => Assert.True(SpinWait.SpinUntil(condition, Completions.Patience), "the test goes on");

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _hole.Dispose();
        foreach (var loop in _loops)
        {
            loop.Dispose();
        }

        Until(() => _leaks.Read().IsZero);
    }

    private static UdpSocketOptions OptionsFor(IPAddress address) => new() { Bind = new IPEndPoint(address, 0) };
}
